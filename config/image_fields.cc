// What a TrackedService follows: spec.images, field by field.
#include <fmt/format.h>

#include "base/semver_range.h"
#include "config/fields.h"
#include "config/tag_pattern.h"

namespace freshet::config {
namespace {

inline constexpr std::size_t kMaxImages = 20;
inline constexpr std::size_t kMaxPullSecretsOfImage = 16;
inline constexpr std::size_t kMaxPlatformsOfImage = 16;
inline constexpr const char* kTagged = "registry/repository:tag, or follow beside it";

// Text that a parser accepts; what the parser says is told.
Type<std::string> parsed_text_type(std::string allowed, std::size_t max_length,
                                   std::function<std::string(const std::string&)> fault_of) {
  Type<std::string> type = text_type(allowed);
  type.shape.max_length = max_length;
  type.read = [allowed, fault_of, any = type.read](const Cursor& at, std::string& into) {
    std::string text;
    if (!any(at, text)) return false;
    if (const std::string fault = fault_of(text); !fault.empty()) {
      return at.fail(fmt::format("found {}: {}", describe(at.node), fault), allowed);
    }
    into = std::move(text);
    return true;
  };
  return type;
}

template <class Parse>
std::function<std::string(const std::string&)> fault_with(Parse parse) {
  return [parse](const std::string& text) {
    const auto parsed = parse(text);
    return parsed ? std::string() : parsed.error().message;
  };
}

void check_follow(const Cursor& at, const FollowSpec&) {
  const bool semver = at.node.find("semver") != nullptr;
  const bool pattern = at.node.find("pattern") != nullptr;
  if (semver == pattern) {
    at.fail(semver ? "semver and pattern exclude each other" : "nothing to follow",
            "semver, or pattern with an order");
  }
  if (const Node* order = at.node.find("order"); order && semver && !pattern) {
    at.field("order", *order).fail("a semver range has its own order", "order beside pattern only");
  }
}

Type<FollowSpec> follow_type() {
  return object_type<FollowSpec>(
      {
          field("semver", &FollowSpec::semver,
                parsed_text_type("a range of versions such as ~1.4, ^1, >=1.4 <2 or 1.4.x",
                                 kMaxRangeBytes, fault_with(parse_semver_range)),
                "The highest version in this range; pre-releases only where the range names one, "
                "all of them with a lower bound such as >=1.4.0-0."),
          field("pattern", &FollowSpec::pattern,
                parsed_text_type("a regular expression (RE2)", kMaxPatternBytes,
                                 fault_with(TagPattern::parse)),
                "Tags that this matches; what stands in its group n, else in its first group, else "
                "the whole match is what orders them."),
          field(
              "order", &FollowSpec::order,
              choice_type<TagOrder>({"Numerical", "Alphabetical", "Created"}),
              "Which of the matching tags is the newest; Created asks at most 50 images when they "
              "were made or pushed, and each must tell."),
      },
      check_follow);
}

Type<std::vector<std::string>> pull_secrets_type() {
  return list_type(
      text_type("the name of a Secret in this namespace", "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", 253),
      "at most 16 names of Secrets", 0, kMaxPullSecretsOfImage);
}

Type<std::vector<std::string>> platforms_type() {
  return list_type(text_type("os/architecture or os/architecture/variant, as in linux/arm64",
                             "^[a-z0-9._-]+(/[a-z0-9._-]+){1,2}$", 100),
                   "at most 16 platforms", 0, kMaxPlatformsOfImage);
}

void check_image(const Cursor& at, const ImageSpec& image) {
  const Node* node = at.node.find("image");
  if (!node) return;
  const bool has_tag = image.image.rfind(':') != std::string::npos &&
                       image.image.find('/', image.image.rfind(':')) == std::string::npos;
  if (has_tag == !image.follow) return;
  at.field("image", *node)
      .fail(fmt::format("found {}: {}", describe(*node),
                        has_tag ? "follow chooses the tag" : "a tag is needed"),
            has_tag ? "registry/repository without a tag" : kTagged);
}

Type<ImageSpec> image_spec_type() {
  return object_type<ImageSpec>(
      {
          field("container", &ImageSpec::container, name_type(),
                "Container whose image follows the tag; required when several images are listed, "
                "and when the Service has several containers."),
          required(field("image", &ImageSpec::image, image_type(),
                         "Image with the tag to follow, in the Service's present repository; "
                         "without a tag where follow chooses it.")),
          field("pullSecrets", &ImageSpec::pull_secrets, pull_secrets_type(),
                "Secrets of this namespace with the registry's credentials; by default those of "
                "the Service's template, then those of its ServiceAccount."),
          field("follow", &ImageSpec::follow, optional_type(follow_type()),
                "Follows the newest of several tags instead of one that moves."),
          field("minimumAge", &ImageSpec::minimum_age, duration_type(seconds(0), days(30)),
                "A new digest is left alone for so long, from when its image was made or first "
                "seen, whichever is later. A rebuild begins anew: choose less than the time "
                "between two."),
          field("platforms", &ImageSpec::platforms, optional_type(platforms_type()),
                "Platforms that a new digest must have; by default those of the cluster's nodes "
                "that take the Service's pods. An empty list asks for none."),
      },
      check_image);
}

void check_images(const Cursor& list, const std::vector<ImageSpec>& images) {
  for (std::size_t i = 0; i < images.size(); ++i) {
    const std::string& container = images[i].container;
    if (container.empty() && images.size() > 1) {
      list.item(i).fail("container is missing: several images are listed", kNameAllowed);
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (container.empty() || images[j].container != container) continue;
      list.item(i).fail(fmt::format("container {} stands in images[{}] already", container, j),
                        "each container once");
    }
  }
}

}  // namespace

Type<std::vector<ImageSpec>> images_type() {
  auto type = list_type(image_spec_type(), "at most 20 images", 0, kMaxImages);
  type.read = [any = type.read](const Cursor& at, std::vector<ImageSpec>& into) {
    if (!any(at, into)) return false;
    check_images(at, into);
    return true;
  };
  return type;
}

}  // namespace freshet::config
