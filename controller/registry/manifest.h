// Manifests, indexes and image configurations as far as Freshet reads them.
// OCI image-spec manifest.md, image-index.md, config.md, annotations.md; Docker schema 2.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "config/status.h"
#include "controller/model/names.h"

namespace freshet {

inline constexpr std::size_t kMaxManifestBytes = 4 << 20;  // distribution spec: at least 4 MB
inline constexpr std::size_t kMaxConfigBytes = 1 << 20;
inline constexpr std::size_t kMaxIndexEntries = 1000;
inline constexpr std::size_t kMaxLayers = 10000;
inline constexpr std::int64_t kMaxLayerBytes = std::int64_t{1} << 50;

// Reproducible builds write 1970 or 1980 for "not told"; there was no container image before this.
inline constexpr TimePoint kEarliestCreated =
    std::chrono::sys_days(std::chrono::year(2013) / 1 / 1);

inline constexpr std::string_view kOciIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kOciManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kDockerList =
    "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr std::string_view kDockerManifest =
    "application/vnd.docker.distribution.manifest.v2+json";

// All four, always: a registry that misses one answers with a child's digest, or 404.
std::string accept_manifests();
bool is_manifest_type(std::string_view media_type);
bool is_index_type(std::string_view media_type);
std::string media_type_of(std::string_view content_type);  // less parameters, lower case

struct Platform {
  std::string os;
  std::string architecture;
  std::string variant;
  auto operator<=>(const Platform&) const = default;
};
std::string to_string(const Platform& platform);  // "linux/arm64/v8"
std::optional<Platform> parse_platform(std::string_view text);
// Whether a node of platform `wanted` can run an image for `present`: without a variant any will
// do, and arm64 is arm64/v8.
bool suits(const Platform& present, const Platform& wanted);

struct IndexImage {
  Platform platform;
  Digest digest;
  bool operator==(const IndexImage&) const = default;
};

struct Manifest {
  std::string media_type;
  std::vector<Platform> platforms;   // of an index, sorted; "unknown/unknown" left out
  std::optional<TimePoint> created;  // from its annotation
  std::optional<Digest> child;       // of an index: the image to look into, linux/amd64 if there
  std::optional<Digest> config;      // of a manifest
  std::optional<std::int64_t> layer_bytes = {};  // of a manifest: compressed, all layers together
  ImageOrigin origin = {};                       // from its annotations
  std::vector<IndexImage> images = {};           // of an index: all but those of no platform
  bool operator==(const Manifest&) const = default;
};

// kBadInput if it is neither, if the body's mediaType contradicts the Content-Type, or if it is a
// manifest of something else than an image (a chart, a signature), or a layer has no sane size.
Result<Manifest> parse_manifest(std::string_view body, std::string_view content_type);

struct ImageConfig {
  // The later of its own date and its label's: a label may be that of the base image.
  std::optional<TimePoint> created;
  std::optional<Platform> platform;
  ImageOrigin origin = {};  // from its labels, unless these are of the base image
  // What it holds, as a SHA-256 in hexadecimal digits: layers, platform and how it is run, without
  // what changes with each build (dates, history). "" where it names no layer.
  std::string content = {};
  bool operator==(const ImageConfig&) const = default;
};
// Lenient: what cannot be read is absent.
ImageConfig parse_image_config(std::string_view body);

// Labels that hold the date of a build.
inline constexpr std::array kDateLabels = {"org.opencontainers.image.created",
                                           "org.label-schema.build-date", "build-date"};

// Whether these bytes have this digest.
bool has_digest(std::string_view bytes, const Digest& digest);

}  // namespace freshet
