// Images inside the text of a spec.template.
#include "controller/planner/template_text.h"

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "controller/model/image_reference.h"

namespace freshet::planning {

std::map<ContainerName, std::string> images_in_template(const std::string& template_json) {
  std::map<ContainerName, std::string> out;
  const auto root = parse_json(template_json);
  if (!root) return out;
  const Json& containers = at_path(*root, {"spec", "containers"});
  if (!containers.is_array()) return out;
  for (const Json& container : containers) {
    out[ContainerName(string_or(container, "name"))] = string_or(container, "image");
  }
  return out;
}

std::string probe_path(const std::string& template_json) {
  const auto root = parse_json(template_json);
  if (!root) return "";
  const Json& containers = at_path(*root, {"spec", "containers"});
  if (!containers.is_array()) return "";
  for (const Json& container : containers) {
    const bool serves = container.contains("ports") || containers.size() == 1;
    const std::string path = string_or(at_path(container, {"readinessProbe", "httpGet"}), "path");
    if (serves && !path.empty()) return path.starts_with('/') ? path : "/" + path;
  }
  return "";
}

std::optional<std::map<ContainerName, std::string>> pinned_images(const std::string& template_json,
                                                                  const DigestSet& digests) {
  const auto images = images_in_template(template_json);
  std::map<ContainerName, std::string> out;
  for (const auto& [container, digest] : digests) {
    const auto image = images.find(container);
    if (image == images.end()) return std::nullopt;
    const auto reference = parse_image_reference(image->second);
    if (!reference) return std::nullopt;
    out[container] = to_string(pinned(*reference, digest));
  }
  return out;
}

std::optional<std::string> with_images(const std::string& template_json,
                                       const std::map<ContainerName, std::string>& images) {
  auto root = parse_json(template_json);
  if (!root || !at_path(*root, {"spec", "containers"}).is_array()) return std::nullopt;
  for (Json& container : (*root)["spec"]["containers"]) {
    const auto image = images.find(ContainerName(string_or(container, "name")));
    if (image != images.end()) container["image"] = image->second;
  }
  return dump_json(*root);
}

}  // namespace freshet::planning
