// One service for programs.
#include <nlohmann/json.hpp>

#include "config/parse.h"
#include "controller/cli/flags.h"
#include "controller/cli/json_path.h"
#include "controller/cli/render_text.h"

namespace freshet {

bool is_structured(std::string_view format) {
  return format == "json" || format == "yaml" || format.starts_with(kJsonPathFormat);
}

std::string structured(const Json& value, const std::string& format) {
  if (format.starts_with(kJsonPathFormat)) {
    return json_path_text(format.substr(std::string_view(kJsonPathFormat).size()), value).value();
  }
  return format == "yaml" ? to_yaml(value) : dump_json_pretty(value) + "\n";
}

Json service_json(const ServiceDetail& detail) {
  Json out = status_to_json(detail.status);
  out.erase("core");  // texts inside texts: the controller's own
  out.erase("evidence");
  out["namespace"] = detail.tracked.name_space;
  out["name"] = detail.tracked.name;
  out["service"] = service_name(detail);
  out["phase"] = detail.status.phase.empty() ? "Pending" : detail.status.phase;
  out["message"] = present_sentence(detail);
  out["next"] = next_sentence(detail);
  const Condition* ready = condition(detail, "Ready");
  out["ready"] = ready != nullptr && ready->status == "True";
  out["percent"] = detail.core ? candidate_percent(*detail.core) : detail.status.percent;
  Json traffic = Json::array();
  if (detail.service) {
    for (const TrafficTarget& target : detail.service->observed_traffic) {
      Json entry = {{"revisionName", target.revision ? target.revision->get() : ""},
                    {"percent", target.percent.get()}};
      if (target.tag) entry["tag"] = target.tag->get();
      traffic.push_back(std::move(entry));
    }
  }
  out["traffic"] = std::move(traffic);
  if (const Rollout* rollout = rollout_of(detail)) {
    out["rollout"] = {{"id", rollout->id},
                      {"plan", rollout->plan},
                      {"started", format_rfc3339(rollout->started)}};
  }
  Json problems = Json::array();
  for (const Problem& problem : detail.problems) problems.push_back(to_string(problem));
  if (!problems.empty()) out["problems"] = std::move(problems);
  return out;
}

}  // namespace freshet
