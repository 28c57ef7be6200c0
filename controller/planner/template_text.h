// Reading and changing images inside the text of a spec.template.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "controller/model/names.h"

namespace freshet::planning {

// Container → image as written; empty where the text is no template.
std::map<ContainerName, std::string> images_in_template(const std::string& template_json);

// The images that run `digests`, named as the template names them: "repo:tag@sha256:…". nullopt
// where a container or its reference cannot be read.
std::optional<std::map<ContainerName, std::string>> pinned_images(const std::string& template_json,
                                                                  const DigestSet& digests);

// The same template with these images: put back verbatim, a moved ImageTag would be resolved anew.
std::optional<std::string> with_images(const std::string& template_json,
                                       const std::map<ContainerName, std::string>& images);

// The path of the serving container's HTTP readiness probe; "" where there is none.
std::string probe_path(const std::string& template_json);

}  // namespace freshet::planning
