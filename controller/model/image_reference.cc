// Parsing and printing of image references: one function a part of the grammar.
#include "controller/model/image_reference.h"

#include <algorithm>

#include "base/text.h"

namespace freshet {
namespace {

constexpr std::size_t kMaxReferenceBytes = 1024;
constexpr std::size_t kMaxRepositoryBytes = 255;  // RepositoryNameTotalLengthMax
constexpr std::size_t kMaxTagBytes = 128;
constexpr std::string_view kDefaultRegistry = "docker.io";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_alphanumeric(char c) { return is_digit(c) || is_lower(c) || is_upper(c); }
bool is_path_character(char c) { return is_lower(c) || is_digit(c); }

// The first part of a name is a registry only if it cannot be a part of a Docker Hub repository.
bool looks_like_registry(std::string_view part) {
  return part == "localhost" || part.find_first_of(".:[") != std::string_view::npos ||
         std::ranges::any_of(part, is_upper);
}

bool is_port(std::string_view text) {
  const auto number = parse_whole(text);
  return text.size() <= 5 && number && *number >= 1 && *number <= 65535;
}

bool is_ipv6(std::string_view text) {  // as the grammar has it: no zone, not a full check
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':';
  });
}

bool is_host_name(std::string_view text) {
  for (const auto& label : split(text, '.')) {
    if (label.empty() || label.front() == '-' || label.back() == '-') return false;
    if (!std::ranges::all_of(label, [](char c) { return is_alphanumeric(c) || c == '-'; })) {
      return false;
    }
  }
  return true;
}

bool is_registry(std::string_view text) {
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos || !is_ipv6(text.substr(1, close - 1))) return false;
    rest = text.substr(close + 1);
  } else {
    const auto colon = text.find(':');
    if (!is_host_name(text.substr(0, colon))) return false;
    rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  }
  return rest.empty() || (rest.starts_with(':') && is_port(rest.substr(1)));
}

// Lower-case letters and digits, with ".", "_", "__" or any number of "-" between them.
bool is_path_component(std::string_view text) {
  if (text.empty() || !is_path_character(text.front()) || !is_path_character(text.back())) {
    return false;
  }
  std::string_view separator;
  for (std::size_t i = 0; i < text.size();) {
    if (is_path_character(text[i])) {
      ++i;
      continue;
    }
    const auto end =
        std::find_if(text.begin() + static_cast<std::ptrdiff_t>(i), text.end(), is_path_character);
    separator = text.substr(i, static_cast<std::size_t>(end - text.begin()) - i);
    const bool dashes = separator.find_first_not_of('-') == std::string_view::npos;
    if (separator != "." && separator != "_" && separator != "__" && !dashes) return false;
    i += separator.size();
  }
  return true;
}

bool is_repository(std::string_view text) {
  return text.size() <= kMaxRepositoryBytes &&
         std::ranges::all_of(split(text, '/'), is_path_component);
}

bool is_bare_identifier(std::string_view text) {  // an image ID, not a name
  return text.size() == 64 && Digest::parse("sha256:" + std::string(text)).has_value();
}

Error bad_reference(std::string_view text, const std::string& why) {
  return bad_input("not an image reference: '" + printable(text) + "': " + why);
}

void split_registry(std::string_view name, ImageReference& out) {
  const auto slash = name.find('/');
  if (slash != std::string_view::npos && looks_like_registry(name.substr(0, slash))) {
    out.registry = name.substr(0, slash);
    out.repository = name.substr(slash + 1);
  } else {
    out.registry = kDefaultRegistry;
    out.repository = name;
  }
  if (out.registry == "index.docker.io") out.registry = kDefaultRegistry;
  if (out.registry == kDefaultRegistry && out.repository.find('/') == std::string::npos) {
    out.repository = "library/" + out.repository;
  }
}

}  // namespace

bool is_image_tag(std::string_view text) {
  const auto is_word = [](char c) { return is_alphanumeric(c) || c == '_'; };
  return !text.empty() && text.size() <= kMaxTagBytes && is_word(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_word(c) || c == '.' || c == '-'; });
}

Result<ImageReference> parse_image_reference(std::string_view text) {
  if (text.empty()) return bad_reference(text, "it is empty");
  if (text.size() > kMaxReferenceBytes) return bad_reference(text, "it is too long");
  if (is_bare_identifier(text)) {
    return bad_reference(text, "64 hex digits are an image ID, not a name");
  }
  ImageReference out;
  std::string_view name = text;
  if (const auto at = name.find('@'); at != std::string_view::npos) {
    auto digest = Digest::parse(name.substr(at + 1));
    if (!digest) return bad_reference(text, digest.error().message);
    out.digest = *digest;
    name = name.substr(0, at);
  }
  const auto last_slash = name.rfind('/');
  const auto colon = name.rfind(':');
  if (colon != std::string_view::npos &&
      (last_slash == std::string_view::npos || colon > last_slash)) {
    const auto tag = name.substr(colon + 1);
    if (!is_image_tag(tag)) {
      return bad_reference(text, "a tag is up to 128 letters, digits, '_', '.' and '-'");
    }
    out.tag = ImageTag(std::string(tag));
    name = name.substr(0, colon);
  }
  split_registry(name, out);
  if (!is_registry(out.registry)) return bad_reference(text, "the registry is not host[:port]");
  if (!is_repository(out.repository)) {
    return bad_reference(text,
                         "a repository is up to 255 lower-case letters and digits, separated by "
                         "'/', '.', '_', '__' or '-'");
  }
  return out;
}

std::string to_string(const ImageReference& reference) {
  std::string text = reference.registry + "/" + reference.repository;
  if (reference.tag) text += ":" + reference.tag->get();
  if (reference.digest) text += "@" + reference.digest->get();
  return text;
}

ImageReference pinned(ImageReference reference, const Digest& digest) {
  reference.digest = digest;
  return reference;
}

bool same_repository(const ImageReference& a, const ImageReference& b) {
  return a.registry == b.registry && a.repository == b.repository;
}

}  // namespace freshet
