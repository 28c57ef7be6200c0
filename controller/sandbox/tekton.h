// Plays Tekton's controller for TaskRuns: each ends some seconds after it was made, as its Task
// does.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/json.h"
#include "controller/sandbox/agenda.h"
#include "controller/sandbox/store.h"

namespace freshet::sandbox {

struct TaskBehaviour {
  bool succeeds = true;
  std::string reason = "Failed";  // of one that does not
  Duration takes = seconds(8);
};
// What one TaskRun comes to, as it was made.
using TaskPlan = std::function<TaskBehaviour(const Json& run)>;

class Tekton {
 public:
  Tekton(Store& store, Agenda& agenda) : store_(store), agenda_(agenda) {}
  Tekton(const Tekton&) = delete;  // its steps in the agenda point here
  Tekton& operator=(const Tekton&) = delete;

  void define(const std::string& task, TaskPlan plan) { tasks_[task] = std::move(plan); }
  void written(const ObjectKey& key, const Json& old, const Json& now);

 private:
  void end(const ObjectKey& key, bool succeeds, const std::string& reason);

  Store& store_;
  Agenda& agenda_;
  std::map<std::string, TaskPlan> tasks_;
};

}  // namespace freshet::sandbox
