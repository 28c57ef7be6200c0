// What of a template makes a candidate.
#include "controller/knative/template_hash.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/text.h"
#include "controller/model/core.h"

namespace freshet {

namespace {

constexpr std::size_t kHashDigits = 12;

// Deep copy without nulls, empty objects and empty lists. Depth is bounded by parse_json().
Json without_empties(const Json& value) {
  if (value.is_object()) {
    Json out = Json::object();
    for (const auto& [key, member] : value.items()) {
      Json kept = without_empties(member);
      if (kept.is_null() || ((kept.is_object() || kept.is_array()) && kept.empty())) continue;
      out[key] = std::move(kept);
    }
    return out;
  }
  if (value.is_array()) {
    Json out = Json::array();
    for (const Json& element : value) out.push_back(without_empties(element));
    return out;
  }
  return value;
}

void drop_images(Json& spec, const char* list) {
  const auto found = spec.find(list);
  if (found == spec.end() || !found->is_array()) return;
  for (Json& container : *found) {
    if (container.is_object()) container.erase("image");
  }
}

// Knative writes these on Revisions by itself; all in its own domain but the ones that users set on
// templates, which it takes from there.
bool is_bookkeeping(const std::string& name) {
  static const std::vector<std::string> from_users = {"serving.knative.dev/progress-deadline"};
  if (!name.starts_with("serving.knative.dev/")) return false;
  return std::find(from_users.begin(), from_users.end(), name) == from_users.end();
}

Json kept_metadata(const Json& map) {
  Json out = Json::object();
  if (!map.is_object()) return out;
  for (const auto& [name, value] : map.items()) {
    if (!is_bookkeeping(name)) out[name] = value;
  }
  return out;
}

Json revision_template(const Json& revision) {
  Json metadata = Json::object();
  const Json& from = at_path(revision, {"metadata"});
  for (const char* part : {"annotations", "labels"}) {
    Json kept = kept_metadata(at_path(from, {part}));
    if (!kept.empty()) metadata[part] = std::move(kept);
  }
  Json tmpl = {{"spec", at_path(revision, {"spec"})}};
  if (!metadata.empty()) tmpl["metadata"] = std::move(metadata);
  return tmpl;
}

}  // namespace

std::string template_hash(const Json& tmpl) {
  Json essence = tmpl;
  if (auto metadata = essence.find("metadata");
      metadata != essence.end() && metadata->is_object()) {
    metadata->erase("name");
    metadata->erase("creationTimestamp");
    // The same on both sides: what Knative writes on Revisions is not told from what users wrote.
    for (const char* part : {"annotations", "labels"}) {
      if (!metadata->contains(part)) continue;
      Json kept = kept_metadata((*metadata)[part]);
      kept.erase(std::string(kRolloutIdAnnotation));
      (*metadata)[part] = std::move(kept);
    }
  }
  if (auto spec = essence.find("spec"); spec != essence.end() && spec->is_object()) {
    drop_images(*spec, "containers");
    drop_images(*spec, "initContainers");
  }
  return "t:" + sha256_hex(dump_json(without_empties(essence))).substr(0, kHashDigits);
}

std::string revision_template_text(const Json& revision) {
  Json tmpl = revision_template(revision);
  if (tmpl.contains("metadata") && tmpl["metadata"].contains("annotations")) {
    tmpl["metadata"]["annotations"].erase(std::string(kRolloutIdAnnotation));
  }
  return dump_json(tmpl);
}

std::string revision_template_hash(const Json& revision) {
  return template_hash(revision_template(revision));
}

}  // namespace freshet
