// One service for programs.
#include "controller/show/json.h"

#include <nlohmann/json.hpp>

#include "controller/show/sentences.h"

namespace freshet {

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

Json history_json(const ServiceDetail& detail) {
  Json status = status_to_json(detail.status);
  Json entries = status.contains("history") ? std::move(status["history"]) : Json::array();
  return {{"namespace", detail.tracked.name_space},
          {"name", detail.tracked.name},
          {"history", std::move(entries)}};
}

}  // namespace freshet
