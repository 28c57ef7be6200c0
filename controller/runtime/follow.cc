// Which images a tracked service follows.
#include "controller/runtime/follow.h"

#include <algorithm>

#include "controller/knative/views.h"

namespace freshet {

namespace {

std::string container_names(const ServiceView& service) {
  std::string names;
  for (const ContainerView& container : service.containers) {
    names += (names.empty() ? "" : ", ") + container.name.get();
  }
  return names;
}

// The container with a port; Knative allows exactly one, and a single container needs none.
Result<ContainerView> serving_container(const ServiceView& service) {
  if (service.containers.size() == 1) return service.containers.front();
  for (const ContainerView& container : service.containers) {
    if (container.has_port) return container;
  }
  return bad_input("NoContainer: no container of Service " + service.key.name +
                   " has a port; name one in spec.images[].container (" + container_names(service) +
                   ")");
}

Result<ContainerView> container_of(const ServiceView& service, const std::string& name) {
  if (name.empty()) return serving_container(service);
  for (const ContainerView& container : service.containers) {
    if (container.name.get() == name) return container;
  }
  return bad_input("NoContainer: Service " + service.key.name + " has no container " + name +
                   "; it has " + container_names(service));
}

Result<FollowedImage> follow_present(const ServiceView& service, WriteMode mode) {
  const auto container = serving_container(service);
  if (!container) return container.error();
  std::vector<std::string> candidates = {container->image};
  if (const auto user = service.annotations.find(std::string(kUserImageAnnotation));
      user != service.annotations.end()) {
    candidates.push_back(user->second);
  }
  for (const std::string& text : candidates) {
    auto reference = parse_image_reference(text);
    if (!reference || !reference->tag) continue;
    reference->digest.reset();
    return FollowedImage{container->name, *std::move(reference), std::nullopt, 0, ""};
  }
  if (auto reference = parse_image_reference(container->image);
      mode != WriteMode::kPin && reference && reference->digest) {
    return FollowedImage{container->name, *std::move(reference), std::nullopt, 0, ""};
  }
  return bad_input("NoTag: the image of container " + container->name.get() + " is " +
                   container->image +
                   ", which has no tag to follow; name one in spec.images[].image");
}

Result<FollowedImage> follow_named(const ImageSpec& image, const ServiceView& service) {
  const auto container = container_of(service, image.container);
  if (!container) return container.error();
  auto reference = parse_image_reference(image.image);
  if (!reference) return bad_input("NoTag: " + reference.error().message);
  if (!reference->tag && !image.follow) {
    return bad_input("NoTag: " + image.image + " has no tag to follow");
  }
  reference->digest.reset();
  const auto present = parse_image_reference(container->image);
  if (present && !same_repository(*present, *reference)) {
    return bad_input("ForeignRepository: " + image.image + " is outside the repository that " +
                     container->name.get() + " runs now (" + present->registry + "/" +
                     present->repository + "); change the Service's own image first");
  }
  return FollowedImage{container->name, *std::move(reference), std::nullopt, 0, ""};
}

PullSecretNames pull_secrets(const std::vector<std::string>& named, const ServiceView& service) {
  return named.empty() ? service.pull_secrets : PullSecretNames{named, ""};
}

}  // namespace

Result<std::vector<FollowedImage>> followed_images(const TrackedServiceSpec& spec,
                                                   const ServiceView& service) {
  std::vector<FollowedImage> followed;
  if (spec.images.empty()) {
    auto one = follow_present(service, spec.rollout.write_mode);
    if (!one) return one.error();
    one->pull_secrets = service.pull_secrets;
    one->placement = service.placement;
    one->reads_base = spec.rollout.new_base.has_value();
    followed.push_back(*std::move(one));
    return followed;
  }
  for (const ImageSpec& image : spec.images) {
    auto one = follow_named(image, service);
    if (!one) return one.error();
    one->pull_secrets = pull_secrets(image.pull_secrets, service);
    one->follow = image.follow;
    one->minimum_age = image.minimum_age;
    one->platforms = image.platforms;
    one->placement = service.placement;
    one->reads_base = spec.rollout.new_base.has_value();
    followed.push_back(*std::move(one));
  }
  return followed;
}

}  // namespace freshet
