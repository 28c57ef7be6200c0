// Knative objects as tests write them.
#include "tests/support/knative_objects.h"

#include <nlohmann/json.hpp>

namespace freshet {

Json knative_service(const std::string& name_space, const std::string& name,
                     const std::string& image) {
  return {{"apiVersion", "serving.knative.dev/v1"},
          {"kind", "Service"},
          {"metadata", {{"name", name}, {"namespace", name_space}}},
          {"spec",
           {{"template",
             {{"spec",
               {{"containers",
                 Json::array({{{"name", "app"},
                               {"image", image},
                               {"ports", Json::array({{{"containerPort", 8080}}})}}})}}}}}}}};
}

Json target(const std::string& revision, int percent, const std::string& tag) {
  Json out = {{"percent", percent}};
  if (revision.empty()) {
    out["latestRevision"] = true;
  } else {
    out["revisionName"] = revision;
  }
  if (!tag.empty()) out["tag"] = tag;
  return out;
}

}  // namespace freshet
