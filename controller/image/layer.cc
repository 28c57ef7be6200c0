// Layers of a manifest.
#include "controller/image/layer.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/json.h"
#include "base/text.h"

namespace freshet {
bool is_tar(const Layer& layer) { return layer.media_type.find("tar") != std::string::npos; }

Result<std::vector<Layer>> parse_layers(std::string_view manifest, std::size_t max_bytes) {
  const auto parsed = parse_json(manifest, max_bytes);
  if (!parsed) return parsed.error();
  const Json& listed = at_path(*parsed, {"layers"});
  if (!listed.is_array()) return bad_input("the manifest lists no layers");
  if (listed.size() > kMaxImageLayers) {
    return bad_input("the manifest lists " + std::to_string(listed.size()) +
                     " layers; allowed: " + std::to_string(kMaxImageLayers));
  }
  std::vector<Layer> layers;
  for (const Json& one : listed) {
    auto digest = Digest::parse(string_or(one, "digest"));
    const std::int64_t size = int_or(one, "size", -1);
    if (!digest || size < 0) return bad_input("a layer of the manifest has no digest or no size");
    layers.push_back({*std::move(digest), printable(string_or(one, "mediaType"), 100), size});
  }
  return layers;
}

std::vector<std::size_t> layers_to_read(const std::vector<Layer>& layers,
                                        const ReadBounds& bounds) {
  std::vector<std::size_t> candidates;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (is_tar(layers[i])) candidates.push_back(i);
  }
  if (candidates.empty()) return {};
  std::vector<std::size_t> chosen{candidates.front()};
  std::int64_t left = bounds.bytes - std::min(bounds.bytes, layers[chosen.front()].size);
  std::ranges::stable_sort(candidates.begin() + 1, candidates.end(), {},
                           [&](std::size_t i) { return layers[i].size; });
  for (std::size_t k = 1; k < candidates.size() && chosen.size() < bounds.layers; ++k) {
    if (layers[candidates[k]].size > left) break;
    left -= layers[candidates[k]].size;
    chosen.push_back(candidates[k]);
  }
  std::ranges::sort(chosen, std::greater<>());
  return chosen;
}

}  // namespace freshet
