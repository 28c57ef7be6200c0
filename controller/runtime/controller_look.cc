// What is read beside the caches: surroundings, answers of gates; pods, metrics, the verdict.
#include <nlohmann/json.hpp>

#include "controller/knative/views.h"
#include "controller/runtime/controller.h"
#include "controller/runtime/gather.h"
#include "controller/runtime/paths.h"
#include "controller/runtime/task_runs.h"

namespace freshet {

namespace {

constexpr Duration kProbeEvery = seconds(30);

}  // namespace

bool Controller::try_gates(Duration at_most) {
  if (connections_.gates == nullptr) return false;
  enqueue(gates_.drive(at_most), clock_.now());
  return true;
}

// Pods of the candidate, whether metrics are there, and the verdict. Returns why the analyzer is
// blind, or "". What cannot be read is left unknown; it is never a pass nor a failure.
std::string Controller::look(Observation& seen, Notes& notes, TimePoint now) {
  if (!seen.service) return "";
  const auto* core = std::get_if<Core>(&seen.core);
  const Rollout* rollout = core == nullptr ? nullptr : active_rollout(core->phase);
  if (rollout == nullptr) return probe(seen, notes, now);
  std::map<std::string, TimePoint> pod_times;
  int empty_lists = 0;
  const auto read_pods = [&](const RevisionName& revision) -> Result<Json> {
    auto reply = connections_.kube.get(revision_pods_path(seen.service->key, revision));
    if (!reply) return reply.error();
    pod_times.merge(pod_creation_times(reply->body));
    if (!has_pods(reply->body)) ++empty_lists;
    return std::move(reply->body);
  };
  std::string blind;
  if (const auto name = candidate_name(seen, *rollout)) {
    const auto pods = read_pods(*name);
    const auto view = seen.revisions.find(*name);
    if (pods && view != seen.revisions.end()) {
      seen.candidate_pods = pod_facts(*pods, view->second.containers);
    }
    if (!pods) blind = pods.error().message;
  }
  if (!rollout->candidate.uid) return blind;
  // Stable's pods tell the analyzer alone something: a pass that reads no counts does without them.
  const auto pods_of_both = [&] {
    if (!core->stable) return ListedPods{pod_times, false};
    const auto pods = read_pods(core->stable->name);
    if (!pods) blind = pods.error().message;
    return ListedPods{pod_times, empty_lists == 2};
  };
  if (std::string unread = judging_.look(seen, *core, pods_of_both, notes, now); !unread.empty()) {
    blind = std::move(unread);
  }
  seen.verdict = notes.judged->verdict;
  seen.verdict_uid = rollout->candidate.uid;
  return blind;
}

// An HTTP gate is asked beside the passes; a TaskRun is looked at here, an exchange or two a pass.
// True: what was asked has been told.
bool Controller::ask_gate(const ServiceKey& key, const std::optional<GateQuestion>& question,
                          TimePoint now, Duration ahead) {
  if (!question || !question->gate.task_run) {
    gates_.ask(key, question, ahead);
    return false;
  }
  auto attempt = look_at_task_run(connections_.kube, *question, now);
  if (!attempt) {
    gates_.ask(key, std::nullopt);
    return false;
  }
  gates_.tell(key, *question, *std::move(attempt));
  return true;
}

// After a retreat, or a person's word, nobody waits for them. Tried once a rollout: a webhook that
// hangs must not hold up the passes that follow.
void Controller::cancel_runs(const Observation& seen, const Transition& transition, Notes& notes) {
  const GateBook& book = transition.memo.gates;
  const bool goes_on = !transition.core || std::holds_alternative<Gating>(transition.core->phase);
  if (goes_on || !seen.service || book.gates.empty() || notes.runs_cancelled == book.rollout)
    return;
  notes.runs_cancelled = book.rollout;
  cancel_task_runs(connections_.kube, seen, book);
}

// Adoption asks whether the serving Revision has metrics; asked again now and then until it has.
std::string Controller::probe(Observation& seen, Notes& notes, TimePoint now) {
  const bool needed = seen.tracked.spec.analysis.mode == AnalysisMode::kMetrics;
  const auto* core = std::get_if<Core>(&seen.core);
  const bool adopting = core == nullptr || std::holds_alternative<Adopting>(core->phase);
  const auto revision = sole_serving(seen.service->observed_traffic);
  if (!needed || !adopting || !revision || notes.metrics == MetricsFinding::kUsable) return "";
  if (notes.metrics_probed && now - *notes.metrics_probed < kProbeEvery) return "";
  notes.metrics_probed = now;
  const auto found = judging_.find_metrics({seen.service->key.name_space, revision->get()}, notes);
  if (!found) return found.error().message;
  notes.metrics = *found;
  seen.metrics = *found;
  return "";
}

}  // namespace freshet
