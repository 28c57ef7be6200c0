// Reading manifests, indexes and image configurations.
#include "controller/registry/manifest.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "controller/registry/origin.h"

namespace freshet {
namespace {

constexpr std::array kManifestTypes = {kOciIndex, kOciManifest, kDockerList, kDockerManifest};
constexpr std::array<std::string_view, 3> kConfigTypes = {
    "application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json",
    "application/octet-stream",  // of old Docker clients
};
std::optional<TimePoint> parse_created(const std::string& text) {
  const auto time = parse_rfc3339(text);
  if (!time || *time < kEarliestCreated) return std::nullopt;
  return *time;
}

std::optional<TimePoint> noted_created(const Json& annotations) {
  return parse_created(string_or(annotations, "org.opencontainers.image.created"));
}

// A label with the date of the build is as old as the build; an older one is of the base image.
constexpr Duration kLongestBuild = hours(12);

std::optional<Platform> platform_of(const Json& object) {
  Platform platform{string_or(object, "os"), string_or(object, "architecture"),
                    string_or(object, "variant")};
  const auto well_formed = [](const std::string& text) {
    return text.size() <= 60 && !has_control_characters(text);
  };
  if (platform.os.empty() || platform.architecture.empty() || platform.os == "unknown" ||
      !well_formed(platform.os) || !well_formed(platform.architecture) ||
      !well_formed(platform.variant)) {
    return std::nullopt;
  }
  return platform;
}

// The media type that header and body agree on. Some servers send a general type: then the body's
// word counts, and last its shape (an OCI document need not name its type).
Result<std::string> agreed_type(const Json& body, std::string_view content_type) {
  const std::string sent = media_type_of(content_type);
  const std::string inside = string_or(body, "mediaType");
  if (is_manifest_type(sent)) {
    if (!inside.empty() && inside != sent) {
      return bad_input("the body's mediaType contradicts the Content-Type " + sent);
    }
    return sent;
  }
  if (is_manifest_type(inside)) return inside;
  if (inside.empty() && at_path(body, {"manifests"}).is_array()) return std::string(kOciIndex);
  if (inside.empty() && at_path(body, {"config"}).is_object()) return std::string(kOciManifest);
  return bad_input("its media type is none of an image: '" +
                   printable(inside.empty() ? sent : inside, 100) + "'");
}

Status read_index(const Json& body, Manifest& out) {
  const Json& entries = at_path(body, {"manifests"});
  if (!entries.is_array() || entries.empty()) return bad_input("an index without manifests");
  if (entries.size() > kMaxIndexEntries) return bad_input("an index of too many manifests");
  const Platform preferred{"linux", "amd64", ""};
  std::optional<Platform> chosen;
  for (const auto& entry : entries) {
    const auto digest = Digest::parse(string_or(entry, "digest"));
    if (!digest) return bad_input("an index entry has no well-formed digest");
    const auto platform = platform_of(at_path(entry, {"platform"}));
    if (!out.child || (platform && (!chosen || *platform == preferred))) {
      out.child = *digest;
      chosen = platform;
    }
    if (!platform) continue;
    out.platforms.push_back(*platform);
    out.images.push_back({*platform, *digest});
  }
  std::ranges::sort(out.platforms);
  const auto repeated = std::unique(out.platforms.begin(), out.platforms.end());
  out.platforms.erase(repeated, out.platforms.end());
  return {};
}

Status read_layers(const Json& layers, Manifest& out) {
  if (layers.size() > kMaxLayers) return bad_input("a manifest of too many layers");
  std::int64_t total = 0;
  for (const Json& layer : layers) {
    const std::int64_t size = int_or(layer, "size", -1);
    if (size < 0 || size > kMaxLayerBytes) {
      return bad_input("a layer's size is no number of bytes up to " +
                       std::to_string(kMaxLayerBytes));
    }
    total += size;
  }
  out.layer_bytes = total;
  return {};
}

Status read_manifest(const Json& body, Manifest& out) {
  const Json& config = at_path(body, {"config"});
  const auto digest = Digest::parse(string_or(config, "digest"));
  const Json& layers = at_path(body, {"layers"});
  if (!digest || !layers.is_array()) return bad_input("a manifest without config and layers");
  const auto type = string_or(config, "mediaType");
  if (std::ranges::find(kConfigTypes, type) == kConfigTypes.end()) {
    return bad_input("a manifest of something else than an image: its config is '" +
                     printable(type, 100) + "'");
  }
  out.config = *digest;
  return read_layers(layers, out);
}

std::string content_of(const Json& image) {
  const Json& layers = at_path(image, {"rootfs", "diff_ids"});
  if (!layers.is_array() || layers.empty() || layers.size() > kMaxLayers) return "";
  Json runs = at_path(image, {"config"});
  if (runs.is_object() && runs.contains("Labels") && runs["Labels"].is_object()) {
    for (const char* label : kDateLabels) runs["Labels"].erase(label);
    if (runs["Labels"].empty()) runs.erase("Labels");
  }
  Json held = {{"layers", layers}, {"config", std::move(runs)}};
  for (const char* field : {"os", "os.version", "architecture", "variant"}) {
    if (image.contains(field)) held[field] = image[field];
  }
  return sha256_hex(dump_json(held));
}

}  // namespace

std::string accept_manifests() {
  std::vector<std::string> types(kManifestTypes.begin(), kManifestTypes.end());
  return join(types, ", ");
}

bool is_manifest_type(std::string_view media_type) {
  return std::ranges::find(kManifestTypes, media_type) != kManifestTypes.end();
}

bool is_index_type(std::string_view media_type) {
  return media_type == kOciIndex || media_type == kDockerList;
}

std::string media_type_of(std::string_view content_type) {
  return to_lower(trim(content_type.substr(0, content_type.find(';'))));
}

std::string to_string(const Platform& platform) {
  std::string text = platform.os + "/" + platform.architecture;
  if (!platform.variant.empty()) text += "/" + platform.variant;
  return text;
}

std::optional<Platform> parse_platform(std::string_view text) {
  const auto parts = split(text, '/');
  const auto is_word = [](const std::string& part) {
    return !part.empty() &&
           part.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") == std::string::npos;
  };
  if (parts.size() < 2 || parts.size() > 3 || !std::ranges::all_of(parts, is_word)) {
    return std::nullopt;
  }
  return Platform{parts[0], parts[1], parts.size() == 3 ? parts[2] : ""};
}

bool suits(const Platform& present, const Platform& wanted) {
  const auto variant = [](const Platform& platform) {
    const bool usual = platform.architecture == "arm64" && platform.variant.empty();
    return usual ? std::string("v8") : platform.variant;
  };
  return present.os == wanted.os && present.architecture == wanted.architecture &&
         (wanted.variant.empty() || variant(present) == wanted.variant);
}

Result<Manifest> parse_manifest(std::string_view body, std::string_view content_type) {
  const auto parsed = parse_json(body, kMaxManifestBytes);
  if (!parsed) return parsed.error();
  if (!parsed->is_object()) return bad_input("not a JSON object");
  if (int_or(*parsed, "schemaVersion", 0) != 2) return bad_input("its schemaVersion is not 2");
  auto type = agreed_type(*parsed, content_type);
  if (!type) return type.error();
  Manifest out;
  out.media_type = std::move(*type);
  const Json& annotations = at_path(*parsed, {"annotations"});
  out.created = noted_created(annotations);
  out.origin = read_origin(annotations);
  const auto read =
      is_index_type(out.media_type) ? read_index(*parsed, out) : read_manifest(*parsed, out);
  if (!read) return read.error();
  return out;
}

ImageConfig parse_image_config(std::string_view body) {
  const auto parsed = parse_json(body, kMaxConfigBytes);
  if (!parsed || !parsed->is_object()) return {};
  const Json& labels = at_path(*parsed, {"config", "Labels"});
  const auto written = parse_created(string_or(*parsed, "created"));
  const auto label = noted_created(labels);
  ImageConfig out{std::max(written, label), platform_of(*parsed)};
  const bool of_base = written && label && *label + kLongestBuild < *written;
  if (!of_base) out.origin = read_origin(labels);
  out.content = content_of(*parsed);
  return out;
}

bool has_digest(std::string_view bytes, const Digest& digest) {
  const bool is_long = digest.get().starts_with("sha512:");
  const auto actual = is_long ? "sha512:" + sha512_hex(bytes) : "sha256:" + sha256_hex(bytes);
  return digest.get() == actual;
}

}  // namespace freshet
