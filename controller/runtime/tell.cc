// Facts as Kubernetes Events and log lines.
#include "controller/runtime/tell.h"

#include <algorithm>
#include <array>

namespace freshet {

KubeEvent event_of(const TrackedService& tracked, const Fact& fact,
                   const std::optional<Core>& core) {
  KubeEvent event;
  event.about = {"freshet.dev/v1alpha1", "TrackedService", tracked.name_space,
                 tracked.name,           tracked.uid,      tracked.resource_version};
  event.is_warning = fact.warning;
  event.reason = fact.reason;
  event.message = fact.message;
  if (core) event.occasion = core->service.get() + "/" + std::to_string(core->seq);
  return event;
}

LogLine log_line_of(const ServiceKey& tracked, const Fact& fact, const std::optional<Core>& core) {
  LogLine line{fact.warning ? LogLevel::kWarning : LogLevel::kInfo, fact.reason, {}};
  line.fields = {{"service", to_string(tracked)}, {"message", fact.message}};
  if (!core) return line;
  line.fields.emplace_back("phase", phase_name(core->phase));
  line.fields.emplace_back("seq", std::to_string(core->seq));
  if (const Rollout* rollout = active_rollout(core->phase)) {
    line.fields.emplace_back("rollout", rollout->id);
    line.fields.emplace_back("digest", to_string(rollout->candidate.pair.digests));
  }
  return line;
}

bool is_outcome(std::string_view reason) {
  constexpr std::array<std::string_view, 6> kOutcomes = {"Promoted",  "RolledBack", "Deferred",
                                                         "Withdrawn", "Superseded", "Aborted"};
  return std::find(kOutcomes.begin(), kOutcomes.end(), reason) != kOutcomes.end();
}

}  // namespace freshet
