// TaskRuns of gates in the cluster.
#include "controller/runtime/task_runs.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/runtime/gate_http.h"
#include "controller/runtime/paths.h"
#include "controller/runtime/task_gate.h"

namespace freshet {
namespace {

std::string run_path(const GateQuestion& question) {
  return task_run_path({question.service.name_space, task_run_name(question)});
}

// What a refused request means; nullopt: try again.
std::optional<GateAttempt> refused(const Error& error, const GateQuestion& question,
                                   TimePoint now) {
  switch (error.kind) {
    case ErrorKind::kConflict: return std::nullopt;  // it is there: whose, says the next look
    case ErrorKind::kNotFound:
      return untold(question,
                    "the cluster has no TaskRuns (tekton.dev/v1): install Tekton Pipelines", now);
    case ErrorKind::kForbidden:
      return untold(question, "may Freshet make TaskRuns (deploy/tekton.yaml)? " + error.message,
                    now);
    case ErrorKind::kRefused:
    case ErrorKind::kBadInput: return untold(question, error.message, now);
    default:
      return now < question.until ? std::nullopt
                                  : std::optional(untold(question, error.message, now));
  }
}

// Refused where it is not there, not ours, or over.
void cancel(KubeClient& client, const GateQuestion& question) {
  (void)client.json_patch_unread(run_path(question), task_run_cancellation(question));
}

}  // namespace

std::optional<GateAttempt> look_at_task_run(KubeClient& client, const GateQuestion& question,
                                            TimePoint now) {
  const auto read = client.get(run_path(question));
  if (read) {
    auto attempt = attempt_of_task_run(read->body, question, now);
    if (attempt && !is_over(read->body)) cancel(client, question);
    return attempt;
  }
  if (read.error().kind != ErrorKind::kNotFound) return refused(read.error(), question, now);
  if (now >= question.until) {
    return untold(question, "TaskRun " + task_run_name(question) + " could not be made in time",
                  now);
  }
  const Status made = client.post_unread(task_runs_path(question.service.name_space),
                                         task_run_object(question, now));
  return made ? std::nullopt : refused(made.error(), question, now);
}

void cancel_task_runs(KubeClient& client, const Observation& seen, const GateBook& book) {
  for (const GateRecord& record : book.gates) {
    const auto gate = std::ranges::find(seen.tracked.spec.gates, record.name, &GateSpec::name);
    const bool may_run =
        record.round_began && gate != seen.tracked.spec.gates.end() && gate->task_run.has_value();
    if (!may_run) continue;
    GateQuestion last;
    last.candidate = book.candidate;
    last.gate = *gate;
    last.spec = record.spec;
    last.number = record.attempts + 1;
    last.service = seen.service->key;
    last.rollout = book.rollout;
    cancel(client, last);
  }
}

}  // namespace freshet
