// Tags become digests; digests become behaviour.
#include "controller/sandbox/image_lookup.h"

#include <fmt/format.h>

#include "controller/model/image_reference.h"
#include "controller/sandbox/cluster.h"

namespace freshet::sandbox {
namespace {

ImageLookup unresolved(const std::string& image, const std::string& why) {
  return {"",
          fmt::format("Unable to fetch image \"{}\": failed to resolve image to digest: {}", image,
                      why),
          {}};
}

}  // namespace

ImageLookup look_up_image(const ImageRegistry& registry, const std::string& image) {
  const auto reference = parse_image_reference(image);
  if (!reference) return unresolved(image, reference.error().message);
  const bool is_ours = reference->registry == kRegistryHost;
  std::optional<Digest> digest = reference->digest;
  std::string with_digest = image;
  if (!digest) {
    const std::string tag = reference->tag ? reference->tag->get() : "latest";
    if (is_ours) digest = registry.find_tag(reference->repository, tag);
    const std::string url = fmt::format("https://{}/v2/{}/manifests/{}", reference->registry,
                                        reference->repository, tag);
    if (!digest && is_ours) {
      return unresolved(image, fmt::format("HEAD {}: unexpected status code 404 Not Found (HEAD "
                                           "responses have no body, use GET for details)",
                                           url));
    }
    if (!digest) {
      return unresolved(image, fmt::format("Get \"{}\": dial tcp: lookup {}: no such host", url,
                                           reference->registry));
    }
    with_digest =
        fmt::format("{}/{}@{}", reference->registry, reference->repository, digest->get());
  }
  const ImageBehaviour* known =
      is_ours ? registry.find_image(reference->repository, *digest) : nullptr;
  if (known != nullptr) return {with_digest, "", *known};
  ImageBehaviour absent;
  absent.starts = StartsAs::kPullFailing;
  return {with_digest, "", absent};
}

}  // namespace freshet::sandbox
