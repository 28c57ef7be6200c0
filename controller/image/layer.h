// The layers of an image as its manifest lists them, and which of them are worth reading.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "controller/model/names.h"

namespace freshet {

inline constexpr std::size_t kMaxImageLayers = 10'000;

struct Layer {
  Digest digest;
  std::string media_type;
  std::int64_t size = 0;  // compressed
  bool operator==(const Layer&) const = default;
};

bool is_tar(const Layer& layer);  // by its type, compressed or not

// Of an image's manifest, the lowest first. kBadInput where it is none, or lists something odd.
Result<std::vector<Layer>> parse_layers(std::string_view manifest, std::size_t max_bytes);

// What is read of an image, at most.
struct ReadBounds {
  std::int64_t bytes = std::int64_t{64} << 20;    // as they come, all layers together
  std::int64_t unpacked = std::int64_t{1} << 30;  // all layers together
  std::int64_t entries = 500'000;                 // files and folders, all layers together
  std::size_t layers = 128;
  bool operator==(const ReadBounds&) const = default;
};

// Indices of layers, the topmost first: the lowest one, where a distribution usually is (up to all
// of the bytes, as what is wanted may come early in it), and as many of the others as fit into what
// is left, the smallest before all.
std::vector<std::size_t> layers_to_read(const std::vector<Layer>& layers, const ReadBounds& bounds);

}  // namespace freshet
