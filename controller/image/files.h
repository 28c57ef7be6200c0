// A few files of an image, read from its layers as a container would see them: the topmost layer
// that has a file counts, and what an upper one takes away (whiteouts) is not there.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "controller/image/archive.h"
#include "controller/image/layer.h"

namespace freshet {

// What is wanted of an image.
struct Wanted {
  bool os_release = false;  // etc/os-release, else usr/lib/os-release
  bool packages = false;    // the databases of apk, dpkg and Distroless
};

struct UnreadLayer {
  Layer layer;
  std::string why;  // "beyond the bound", "it cannot be unpacked: …"
  bool operator==(const UnreadLayer&) const = default;
};

struct ImageFiles {
  std::map<std::string, std::string> files;  // path → content
  std::int64_t bytes_read = 0;               // as they came
  std::size_t layers_read = 0;               // in whole, or until nothing was wanted any more
  std::vector<UnreadLayer> unread;           // in whole or in part, though more was wanted
  bool operator==(const ImageFiles&) const = default;
};

// `source` gives at most `length` bytes of a layer from `offset` on.
using LayerSource =
    std::function<Result<std::string>(const Layer& layer, std::int64_t offset, std::size_t length)>;
ImageFiles read_image_files(const std::vector<Layer>& layers, const Wanted& wanted,
                            const LayerSource& source, const ReadBounds& bounds);

// Of what was read: the text of os-release, "" where there is none.
std::string os_release_text(const ImageFiles& image);
// name → version; empty where there is no database.
std::map<std::string, std::string> packages_of(const ImageFiles& image);

// "2 layers of 140.0 MB were not read: beyond the bound of 64 MiB"; "" where all were.
std::string unread_text(const ImageFiles& image);

}  // namespace freshet
