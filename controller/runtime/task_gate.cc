// A gate that is a Tekton TaskRun.
#include "controller/runtime/task_gate.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/runtime/gate_http.h"

namespace freshet {
namespace {

constexpr std::size_t kMaxRunName = 63;
constexpr std::size_t kRunNameHash = 8;
constexpr std::size_t kMaxShownResults = 5;
constexpr std::size_t kMaxRunWords = 160;

std::string digests_text(const DigestSet& digests) {
  if (digests.size() == 1) return digests.begin()->second.get();
  std::vector<std::string> parts;
  for (const auto& [container, digest] : digests) {
    parts.push_back(container.get() + "=" + digest.get());
  }
  return join(parts, ",");
}

// Source: Tekton pipeline, pkg/apis/pipeline/v1/taskrun_types.go and pkg/pod/status.go.
bool tells_nothing_of_the_candidate(const std::string& reason) {
  constexpr std::array<std::string_view, 19> kReasons = {"TaskRunImagePullFailed",
                                                         "PodEvicted",
                                                         "StepOOM",
                                                         "SidecarOOM",
                                                         "InitContainerOOM",
                                                         "InitContainerFailed",
                                                         "PodAdmissionFailed",
                                                         "PodCreationFailed",
                                                         "CreateContainerConfigError",
                                                         "ExceededResourceQuota",
                                                         "ExceededNodeResources",
                                                         "TaskRunStopSidecarFailed",
                                                         "TaskRunCancelled",
                                                         "CouldntGetTask",
                                                         "TaskRunResolutionFailed",
                                                         "TaskRunValidationFailed",
                                                         "TaskValidationFailed",
                                                         "InvalidParamValue",
                                                         "ResourceVerificationFailed"};
  return reason.ends_with("Timeout") || std::ranges::find(kReasons, reason) != kReasons.end();
}

const Json& succeeded(const Json& task_run) {
  static const Json kNone;
  const Json& conditions = at_path(task_run, {"status", "conditions"});
  if (!conditions.is_array()) return kNone;
  for (const Json& condition : conditions) {
    if (string_or(condition, "type") == "Succeeded") return condition;
  }
  return kNone;
}

std::string results_text(const Json& task_run) {
  const Json& results = at_path(task_run, {"status", "results"});
  if (!results.is_array() || results.empty()) return "";
  std::vector<std::string> parts;
  for (const Json& result : results) {
    if (parts.size() == kMaxShownResults) break;
    parts.push_back(string_or(result, "name") + "=" + string_or(result, "value"));
  }
  return ": " + printable(join(parts, ", "), kMaxRunWords);
}

bool is_ours(const Json& task_run, const GateQuestion& question) {
  const Json& labels = at_path(task_run, {"metadata", "labels"});
  return std::ranges::all_of(task_run_labels(question), [&](const auto& label) {
    return string_or(labels, label.first) == label.second;
  });
}

std::string after_colon(const std::string& words) {
  return words.empty() ? "" : ": " + printable(words, kMaxRunWords);
}

}  // namespace

std::string task_run_name(const GateQuestion& question) {
  const std::string whole = question.service.name + "-" + question.rollout + "-" +
                            question.gate.name + "-" + std::to_string(question.number);
  const std::string hash = sha256_hex(whole + "/" + question.candidate.get() + "/" + question.spec)
                               .substr(0, kRunNameHash);
  std::string start = whole.substr(0, kMaxRunName - kRunNameHash - 1);
  while (start.ends_with('-')) start.pop_back();
  return start + "-" + hash;
}

std::map<std::string, std::string> task_run_labels(const GateQuestion& question) {
  return {{"app.kubernetes.io/managed-by", "freshet"},
          {"freshet.dev/service", question.service.name},
          {"freshet.dev/rollout", question.rollout},
          {"freshet.dev/candidate", question.candidate.get()},
          {"freshet.dev/gate", question.gate.name},
          {"freshet.dev/attempt", std::to_string(question.number)}};
}

Json task_run_object(const GateQuestion& question, TimePoint now) {
  const TaskRunGateSpec& wanted = *question.gate.task_run;
  std::map<std::string, std::string> params = wanted.params;
  params["digest"] = digests_text(question.digests);
  params["tag-url"] = question.url;
  params["revision"] = question.revision.get();
  params["service"] = question.service.name;
  Json list = Json::array();
  for (const auto& [name, value] : params) list.push_back({{"name", name}, {"value", value}});
  const auto left =
      std::max<std::int64_t>(1, std::chrono::floor<seconds>(question.until - now).count());
  Json spec = {{"taskRef", {{"name", wanted.task}}},
               {"params", std::move(list)},
               {"timeout", std::to_string(left) + "s"}};
  if (!wanted.service_account.empty()) spec["serviceAccountName"] = wanted.service_account;
  // What is left of it goes when Knative collects the Revision.
  const Json owner = {{"apiVersion", "serving.knative.dev/v1"},
                      {"kind", "Revision"},
                      {"name", question.revision.get()},
                      {"uid", question.candidate.get()}};
  return {{"apiVersion", "tekton.dev/v1"},
          {"kind", "TaskRun"},
          {"metadata",
           {{"name", task_run_name(question)},
            {"namespace", question.service.name_space},
            {"labels", task_run_labels(question)},
            {"ownerReferences", Json::array({owner})}}},
          {"spec", std::move(spec)}};
}

bool is_over(const Json& task_run) {
  const std::string status = string_or(succeeded(task_run), "status");
  const bool completed = !string_or(at_path(task_run, {"status"}), "completionTime").empty();
  return status == "True" || (status == "False" && completed);
}

std::optional<GateAttempt> attempt_of_task_run(const Json& task_run, const GateQuestion& question,
                                               TimePoint now) {
  const std::string name = "TaskRun " + task_run_name(question);
  if (!is_ours(task_run, question)) {
    return untold(question, name + " is there already, and not Freshet's", now);
  }
  const Json& condition = succeeded(task_run);
  const std::string reason = printable(string_or(condition, "reason"), kMaxRunWords);
  const std::string words = after_colon(string_or(condition, "message"));
  if (!is_over(task_run)) {
    if (now < question.until + kTaskRunIsLate) return std::nullopt;
    const std::string time = format_duration(question.gate.timeout);
    return untold(question, name + " was not over within " + time + words, now);
  }
  if (string_or(condition, "status") == "True") {
    const std::string sentence = name + " succeeded" + results_text(task_run);
    return told(question, GateOutcome::kPassed, sentence, now);
  }
  const bool is_nothing = tells_nothing_of_the_candidate(reason);
  return told(question, is_nothing ? GateOutcome::kUnknown : GateOutcome::kFailed,
              name + " failed (" + reason + ")" + words, now);
}

Json task_run_cancellation(const GateQuestion& question) {
  const std::string candidate = "/metadata/labels/freshet.dev~1candidate";
  return Json::array({{{"op", "test"}, {"path", candidate}, {"value", question.candidate.get()}},
                      {{"op", "add"}, {"path", "/spec/status"}, {"value", "TaskRunCancelled"}}});
}

}  // namespace freshet
