// Manifests, indexes and image configs: the first byte says as which media type it was sent.
#include "controller/registry/manifest.h"

#include <array>

#include "tests/fuzz/fuzz.h"

using namespace freshet;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::array<std::string_view, 5> kTypes = {kOciIndex, kOciManifest, kDockerList,
                                                      kDockerManifest, ""};
  const std::string_view body = fuzz::text_of(data + 1, size - 1);
  const auto manifest = parse_manifest(body, kTypes[data[0] % kTypes.size()]);
  if (manifest) {
    fuzz::require(is_manifest_type(manifest->media_type));
    fuzz::require(manifest->platforms.size() <= kMaxIndexEntries);
  }
  (void)parse_image_config(body);
  return 0;
}
