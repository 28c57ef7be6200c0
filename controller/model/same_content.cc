// Content by what was noted of each digest that a tag has named.
#include "controller/model/same_content.h"

namespace freshet {
namespace {

const ConfirmedDigest* named_now(const FollowedImage& image, const Digest& digest) {
  if (image.confirmed && image.confirmed->digest == digest) return &*image.confirmed;
  const bool held_back = image.held_back && image.held_back->named.digest == digest;
  return held_back ? &image.held_back->named : nullptr;
}

std::string content_of(const FollowedImage& image, const Digest& digest) {
  if (const ConfirmedDigest* named = named_now(image, digest)) return named->content;
  const SeenDigest* seen = find_seen(image.before, digest.get());
  return seen == nullptr ? "" : seen->content;
}

}  // namespace

// Read now, or before: a digest's content is always the same, and what was read of it stays true.
ImageApplication application_of(const FollowedImage& image, const Digest& digest) {
  const ConfirmedDigest* named = named_now(image, digest);
  const SeenDigest* seen = find_seen(image.before, digest.get());
  if (named != nullptr && !named->application.content.empty()) return named->application;
  if (seen != nullptr && !seen->application.content.empty()) return seen->application;
  if (named != nullptr && !named->application.untold.empty()) return named->application;
  return seen == nullptr ? ImageApplication{} : seen->application;
}

bool has_same_content(const FollowedImage& image, const Digest& a, const Digest& b) {
  if (a == b) return false;
  const std::string content = content_of(image, a);
  return !content.empty() && content == content_of(image, b);
}

}  // namespace freshet
