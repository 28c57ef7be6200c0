// What an image holds beyond its base: the layers above the base's, and the configuration that is
// not the base's. Equal for two images: at most the base below the application is another. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/status.h"
#include "controller/registry/manifest.h"

namespace freshet {

// An image's configuration, taken apart.
struct ImageParts {
  std::vector<std::string> layers;            // diff_ids, the lowest first
  std::vector<std::string> env;               // "NAME=value", in order
  std::map<std::string, std::string> labels;  // less those that change with each build
  Platform platform;
  std::string rest;  // how it is started and what else its `config` says, canonical text
  bool operator==(const ImageParts&) const = default;
};
// kBadInput where it names no layers or no platform, or has a field of another shape.
Result<ImageParts> parse_image_parts(std::string_view body);

// Of the places where an image says what it is based on, the most particular first.
ImageOrigin stated_base(const ImageOrigin& manifest, const ImageOrigin& index,
                        const ImageOrigin& labels);

// SHA-256 in hexadecimal digits. `base_name` is the base's repository and tag: another one is
// another base, not a newer. kBadInput, with a sentence: the image is not built upon that base, or
// adds no layer to it. Environment and labels that are the base's own are the base's.
Result<std::string> application_of(const ImageParts& image, const ImageParts& base,
                                   const std::string& base_name);

}  // namespace freshet
