// Images less their bases.
#include "controller/registry/application.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"

namespace freshet {
namespace {

// Of the base or of the build, and nothing that runs.
constexpr std::array kBuildLabels = {"org.opencontainers.image.version",
                                     "org.opencontainers.image.base.name",
                                     "org.opencontainers.image.base.digest"};

Error unlike(const std::string& field) {
  return bad_input("its configuration's " + field + " cannot be read");
}

Result<std::vector<std::string>> texts(const Json& list, const std::string& field) {
  std::vector<std::string> out;
  if (list.is_null()) return out;
  if (!list.is_array() || list.size() > kMaxLayers) return unlike(field);
  for (const Json& text : list) {
    if (!text.is_string()) return unlike(field);
    out.push_back(text.get<std::string>());
  }
  return out;
}

Result<std::map<std::string, std::string>> labels_of(const Json& labels) {
  std::map<std::string, std::string> out;
  if (labels.is_null()) return out;
  if (!labels.is_object()) return unlike("Labels");
  for (const auto& [name, text] : labels.items()) {
    if (!text.is_string()) return unlike("Labels");
    out.emplace(name, text.get<std::string>());
  }
  for (const char* name : kDateLabels) out.erase(name);
  for (const char* name : kBuildLabels) out.erase(name);
  return out;
}

}  // namespace

Result<ImageParts> parse_image_parts(std::string_view body) {
  const auto parsed = parse_json(body, kMaxConfigBytes);
  if (!parsed || !parsed->is_object()) return bad_input("its configuration is not a JSON object");
  ImageParts out;
  auto layers = texts(at_path(*parsed, {"rootfs", "diff_ids"}), "rootfs.diff_ids");
  if (!layers) return layers.error();
  if (layers->empty()) return bad_input("its configuration names no layers");
  out.layers = *std::move(layers);
  Json runs = at_path(*parsed, {"config"});
  if (runs.is_null()) runs = Json::object();
  if (!runs.is_object()) return unlike("config");
  auto env = texts(at_path(runs, {"Env"}), "Env");
  if (!env) return env.error();
  out.env = *std::move(env);
  auto labels = labels_of(at_path(runs, {"Labels"}));
  if (!labels) return labels.error();
  out.labels = *std::move(labels);
  const auto platform = parse_image_config(body).platform;
  if (!platform) return bad_input("its configuration names no platform");
  out.platform = *platform;
  runs.erase("Env");
  runs.erase("Labels");
  const std::string system = string_or(*parsed, "os.version");
  out.rest = dump_json({{"config", std::move(runs)}, {"os.version", system}});
  return out;
}

ImageOrigin stated_base(const ImageOrigin& manifest, const ImageOrigin& index,
                        const ImageOrigin& labels) {
  for (const ImageOrigin* origin : {&manifest, &index, &labels}) {
    if (!origin->base_digest.empty()) return *origin;
  }
  return {};
}

Result<std::string> application_of(const ImageParts& image, const ImageParts& base,
                                   const std::string& base_name) {
  if (base.layers.size() > image.layers.size() ||
      !std::ranges::equal(base.layers, std::span(image.layers).first(base.layers.size()))) {
    return bad_input("its lowest layers are not those of its base " + base_name);
  }
  const auto own = std::span(image.layers).subspan(base.layers.size());
  if (own.empty()) return bad_input("it has no layers of its own upon its base " + base_name);
  Json env = Json::array();
  const std::set<std::string> of_base(base.env.begin(), base.env.end());
  for (const std::string& entry : image.env) {
    if (!of_base.contains(entry)) env.push_back(entry);
  }
  Json labels = Json::object();
  for (const auto& [name, text] : image.labels) {
    const auto inherited = base.labels.find(name);
    if (inherited == base.labels.end() || inherited->second != text) labels[name] = text;
  }
  const Json held = {{"base", base_name},
                     {"platform", to_string(image.platform)},
                     {"layers", std::vector<std::string>(own.begin(), own.end())},
                     {"env", std::move(env)},
                     {"labels", std::move(labels)},
                     {"rest", image.rest}};
  return sha256_hex(dump_json(held));
}

}  // namespace freshet
