// Content by what was noted of each digest that a tag has named.
#include "controller/model/same_content.h"

namespace freshet {
namespace {

std::string content_of(const FollowedImage& image, const Digest& digest) {
  if (image.confirmed && image.confirmed->digest == digest) return image.confirmed->content;
  if (image.held_back && image.held_back->named.digest == digest) {
    return image.held_back->named.content;
  }
  const SeenDigest* seen = find_seen(image.before, digest.get());
  return seen == nullptr ? "" : seen->content;
}

}  // namespace

bool has_same_content(const FollowedImage& image, const Digest& a, const Digest& b) {
  if (a == b) return false;
  const std::string content = content_of(image, a);
  return !content.empty() && content == content_of(image, b);
}

}  // namespace freshet
