// A decided write as a JSON Patch.
#include "controller/knative/patch.h"

#include <nlohmann/json.hpp>
#include <set>

#include "base/overloaded.h"
#include "base/relapse.h"
#include "controller/knative/views.h"

namespace freshet {

std::string escaped(std::string_view key) {
  std::string out;
  for (const char c : key) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return out;
}

namespace {

Json operation(const char* op, const std::string& path) { return {{"op", op}, {"path", path}}; }

Json operation(const char* op, const std::string& path, Json value) {
  return {{"op", op}, {"path", path}, {"value", std::move(value)}};
}

void write_core(Json& patch, const ServiceView& view, const std::optional<Core>& core) {
  const std::string path = "/metadata/annotations/" + escaped(kCoreAnnotation);
  if (!core) {
    const bool there = view.annotations.contains(std::string(kCoreAnnotation));
    if (there) patch.push_back(operation("remove", path));
    return;
  }
  if (!view.has_annotations) {
    patch.push_back(operation("add", "/metadata/annotations", Json::object()));
  }
  patch.push_back(operation("add", path, core_to_text(*core)));
}

// A template with a name of its own needs a new one with every change.
void rename(Json& patch, const ServiceView& view, const std::string& suffix) {
  if (!view.byo_revision_name) return;
  patch.push_back(
      operation("replace", "/spec/template/metadata/name", view.key.name + "-" + suffix));
}

void set_images(Json& patch, const ServiceView& view, const SetImages& change) {
  for (std::size_t i = 0; i < view.containers.size(); ++i) {
    const auto image = change.images.find(view.containers[i].name);
    if (image == change.images.end()) continue;
    patch.push_back(operation("replace",
                              "/spec/template/spec/containers/" + std::to_string(i) + "/image",
                              image->second));
  }
  const auto tmpl = parse_json(view.template_json, kMaxReplyBytes);
  const Json& metadata = at_path(*tmpl, {"metadata"});
  const Json& annotations = at_path(metadata, {"annotations"});
  const std::string path = "/spec/template/metadata/annotations/" + escaped(kRolloutIdAnnotation);
  if (!change.rollout_id) {
    if (view.template_rollout_id) patch.push_back(operation("remove", path));
  } else {
    if (!metadata.is_object()) {
      patch.push_back(operation("add", "/spec/template/metadata", Json::object()));
    }
    if (!annotations.is_object()) {
      patch.push_back(operation("add", "/spec/template/metadata/annotations", Json::object()));
    }
    patch.push_back(operation("add", path, *change.rollout_id));
  }
  rename(patch, view, change.name_suffix);
}

void replace_template(Json& patch, const ServiceView& view, const ReplaceTemplate& change) {
  auto tmpl = parse_json(change.template_json, kMaxReplyBytes);
  if (view.byo_revision_name) {
    (*tmpl)["metadata"]["name"] = view.key.name + "-" + change.name_suffix;
  }
  patch.push_back(operation("replace", "/spec/template", *std::move(tmpl)));
}

Status refused(std::string message) {
  return make_error(ErrorKind::kRefused, "will not write " + std::move(message));
}

Status check_traffic(const Traffic& traffic, bool with_core) {
  if (percent_sum(traffic) != 100 && !relapsed(Relapse::kWeights))
    return refused("traffic that does not sum to 100: " + to_string(traffic));
  std::set<TrafficTag> tags;
  for (const TrafficTarget& target : traffic) {
    if (target.latest_revision == target.revision.has_value()) {
      return refused("a target that is not exactly one of a name and latestRevision: " +
                     to_string(traffic));
    }
    if (with_core && target.latest_revision && target.percent.get() > 0) {
      return refused("requests for latestRevision during a rollout: " + to_string(traffic));
    }
    if (target.tag && !tags.insert(*target.tag).second) {
      return refused("tag " + target.tag->get() + " twice: " + to_string(traffic));
    }
  }
  return {};
}

}  // namespace

Status check_write(const ServiceView& view, const ServiceWrite& write) {
  if (write.traffic) {
    if (Status ok = check_traffic(*write.traffic, write.core.has_value()); !ok) return ok;
  }
  if (const auto* images = std::get_if<SetImages>(&write.template_change)) {
    for (const auto& [name, image] : images->images) {
      bool there = false;
      for (const ContainerView& container : view.containers) there |= container.name == name;
      if (!there) return refused("an image for container " + name.get() + ", which is not there");
    }
  }
  if (const auto* whole = std::get_if<ReplaceTemplate>(&write.template_change)) {
    const auto parsed = parse_json(whole->template_json, kMaxReplyBytes);
    if (!parsed || !parsed->is_object()) return refused("a template that is no JSON object");
  }
  return {};
}

Json service_patch(const ServiceView& view, const ServiceWrite& write) {
  Json patch = Json::array();
  if (!relapsed(Relapse::kTwoLeaders)) {
    patch.push_back(operation("replace", "/metadata/resourceVersion", view.resource_version));
  }
  write_core(patch, view, write.core);
  if (write.traffic) {
    patch.push_back(operation("add", "/spec/traffic", traffic_to_json(*write.traffic)));
  }
  std::visit(overloaded{
                 [](const KeepTemplate&) {},
                 [&](const SetImages& change) { set_images(patch, view, change); },
                 [&](const ReplaceTemplate& change) { replace_template(patch, view, change); },
             },
             write.template_change);
  return patch;
}

}  // namespace freshet
