// What a user writes of gates: functional tests of a candidate, through its tag URL, before any
// user's request reaches it. Part of tracked_service.h.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace freshet {

inline constexpr std::size_t kMaxGates = 8;
inline constexpr int kMaxGateRequests = 100;
inline constexpr std::size_t kGateBodyLooked = 64 << 10;  // of an answer, for `match`

struct HttpGateSpec {
  std::string path;  // "": the container's own readinessProbe's, else "/"
  std::string method = "GET";
  std::map<std::string, std::string> headers;
  std::string body;
  std::vector<std::string> status = {"2xx"};  // classes or single codes
  std::string match;                          // RE2 in the body; "": anything
  int requests = 1;
  std::optional<int> required;  // good answers among them; nullopt: all
  bool operator==(const HttpGateSpec&) const = default;
};

struct TaskRunGateSpec {  // a Tekton TaskRun in the Service's namespace
  std::string task;       // field taskRef.name
  std::map<std::string, std::string> params;
  std::string service_account;  // "": the namespace's default
  bool operator==(const TaskRunGateSpec&) const = default;
};

enum class GateOnError { kHold, kFail };

struct GateSpec {
  std::string name;
  std::optional<HttpGateSpec> http;  // one of the two
  std::optional<TaskRunGateSpec> task_run = {};
  Duration timeout = minutes(1);  // of all its tries together
  int retries = 2;                // of a try that failed, or could not be told
  GateOnError on_error = GateOnError::kHold;
  bool operator==(const GateSpec&) const = default;
};

// Tells one text of a gate from another: what passed another one has not passed this one.
std::string gate_fingerprint(const GateSpec& gate);  // 12 hex digits

}  // namespace freshet
