// Plays Tekton's controller.
#include "controller/sandbox/tekton.h"

#include <nlohmann/json.hpp>

namespace freshet::sandbox {

void Tekton::written(const ObjectKey& key, const Json& old, const Json& now) {
  if (now.is_null()) return;
  if (string_or(at_path(now, {"spec"}), "status") == "TaskRunCancelled") {
    return agenda_.after(milliseconds(200), [this, key] { end(key, false, "TaskRunCancelled"); });
  }
  if (!old.is_null()) return;
  const auto task = tasks_.find(string_or(at_path(now, {"spec", "taskRef"}), "name"));
  const TaskBehaviour does =
      task == tasks_.end() ? TaskBehaviour{false, "CouldntGetTask", seconds(1)} : task->second(now);
  agenda_.after(does.takes, [this, key, does] {
    end(key, does.succeeds, does.succeeds ? "Succeeded" : does.reason);
  });
}

void Tekton::end(const ObjectKey& key, bool succeeds, const std::string& reason) {
  Json run = store_.read(kTaskRuns, key);
  if (run.is_null() || at_path(run, {"status"}).contains("completionTime")) return;
  run["status"]["completionTime"] = format_rfc3339(agenda_.now());
  run["status"]["conditions"] = Json::array({{{"type", "Succeeded"},
                                              {"status", succeeds ? "True" : "False"},
                                              {"reason", reason},
                                              {"message", "simulated: " + reason}}});
  store_.put(kTaskRuns, key, run);
}

}  // namespace freshet::sandbox
