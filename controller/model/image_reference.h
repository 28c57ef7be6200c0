// An image reference: registry, repository, ImageTag and digest, by the grammar of
// github.com/distribution/reference.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "controller/model/names.h"

namespace freshet {

struct ImageReference {
  std::string registry;    // "docker.io", "ghcr.io", "127.0.0.1:5000"
  std::string repository;  // "library/nginx", "acme/checkout"
  std::optional<ImageTag> tag;
  std::optional<Digest> digest;
  bool operator==(const ImageReference&) const = default;
};

bool is_image_tag(std::string_view text);

// "nginx" → docker.io/library/nginx (no tag is invented); refuses a bare 64-hex name.
Result<ImageReference> parse_image_reference(std::string_view text);
std::string to_string(const ImageReference& reference);
// registry/repository:tag@digest, the form that is written into a template.
ImageReference pinned(ImageReference reference, const Digest& digest);
bool same_repository(const ImageReference& a, const ImageReference& b);

}  // namespace freshet
