// Functional tests before traffic: spec.gates, field by field.
#include <fmt/format.h>

#include "base/text.h"
#include "config/fields.h"
#include "config/tag_pattern.h"
#include "config/yaml.h"

namespace freshet::config {
namespace {

inline constexpr std::size_t kMaxGateStatuses = 20;
inline constexpr std::size_t kMaxTaskParams = 32;
inline constexpr std::size_t kMaxGateText = 4096;

Type<std::string> path_type() {
  return text_type("a path such as /healthz?full=1, of at most 1024 characters", R"(^/[!-"$-~]*$)",
                   1024);
}

Type<std::string> status_code_type() {
  return text_type("a class such as 2xx or a code such as 204", "^[1-5](xx|[0-9][0-9])$", 3);
}

Type<std::string> match_type() {
  constexpr const char* kAllowed = "a regular expression (RE2)";
  Type<std::string> type = text_type(kAllowed);
  type.shape.max_length = kMaxPatternBytes;
  type.read = [any = type.read](const Cursor& at, std::string& into) {
    std::string text;
    if (!any(at, text)) return false;
    if (const auto parsed = TagPattern::parse(text); !parsed) {
      return at.fail(fmt::format("found {}: {}", describe(at.node), parsed.error().message),
                     kAllowed);
    }
    into = std::move(text);
    return true;
  };
  return type;
}

Type<std::string> body_type() {
  Type<std::string> type = text_type("text of at most 4096 bytes");
  type.shape.max_length = kMaxGateText;
  type.read = [any = type.read, allowed = type.shape.allowed](const Cursor& at, std::string& into) {
    std::string text;
    if (!any(at, text)) return false;
    if (text.size() > kMaxGateText) {
      return at.fail(fmt::format("found {} bytes", text.size()), allowed);
    }
    into = std::move(text);
    return true;
  };
  return type;
}

void check_http(const Cursor& at, const HttpGateSpec& http) {
  if (http.required && *http.required > http.requests) {
    at.field("required", *at.node.find("required"))
        .fail(fmt::format("found {} of {} requests", *http.required, http.requests),
              fmt::format("a whole number from 1 to {}", http.requests));
  }
  const bool bodiless = http.method == "GET" || http.method == "HEAD";
  if (bodiless && !http.body.empty()) {
    at.field("body", *at.node.find("body")).fail("a " + http.method + " has no body", "a POST's");
  }
  if (http.method == "HEAD" && !http.match.empty()) {
    at.field("match", *at.node.find("match"))
        .fail("the answer to a HEAD has no body", "match beside another method");
  }
}

Type<std::string> method_type() {
  Type<std::string> type =
      text_type("GET, HEAD, POST, PUT, PATCH or DELETE", "^(GET|HEAD|POST|PUT|PATCH|DELETE)$", 6);
  type.shape.choices = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
  return type;
}

Type<HttpGateSpec> http_type() {
  using H = HttpGateSpec;
  return object_type<H>(
      {
          field("path", &H::path, path_type(),
                "What is asked for; by default the path of the container's own readinessProbe, "
                "else /."),
          field("method", &H::method, method_type(), "How it is asked for."),
          field("headers", &H::headers, headers_type(),
                "Sent along, as they stand here: nothing secret belongs here."),
          field("body", &H::body, body_type(), "Sent along."),
          field("status", &H::status,
                list_type(status_code_type(), "1 to 20 classes or codes", 1, kMaxGateStatuses),
                "Which answers are good. A redirect is an answer: it is not followed."),
          field("match", &H::match, match_type(),
                "Has to match somewhere in the first 64 KiB of a good answer's body."),
          field("requests", &H::requests, whole_type(1, kMaxGateRequests),
                "So many requests, one after the other, are one try."),
          field("required", &H::required, optional_type(whole_type(1, kMaxGateRequests)),
                "So many of them need a good answer; by default all."),
      },
      check_http);
}

// What every TaskRun is given, whatever the user writes.
bool is_given(const std::string& param) {
  static const std::set<std::string> kGiven = {"digest", "tag-url", "revision", "service"};
  return kGiven.contains(param);
}

Type<std::map<std::string, std::string>> params_type() {
  constexpr const char* kAllowed =
      "at most 32 params; digest, tag-url, revision and service are given always";
  Type<std::map<std::string, std::string>> type = text_map_type(kAllowed);
  type.read = [any = type.read](const Cursor& at, std::map<std::string, std::string>& into) {
    std::map<std::string, std::string> params;
    if (!any(at, params)) return false;
    for (const auto& [name, value] : params) {
      if (name.empty() || is_given(name) || name.size() + value.size() > kMaxGateText) {
        return at.fail("found param " + printable(name, 40), kAllowed);
      }
    }
    if (params.size() > kMaxTaskParams) {
      return at.fail(fmt::format("found {} params", params.size()), kAllowed);
    }
    into = std::move(params);
    return true;
  };
  return type;
}

struct TaskRef {
  std::string name;
};

Type<std::string> object_name_type() {
  return text_type("a name of at most 253 lower-case letters, digits, - and .",
                   "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$", 253);
}

Type<TaskRunGateSpec> task_run_type() {
  using T = TaskRunGateSpec;
  const Type<TaskRef> reference = object_type<TaskRef>(
      {required(field("name", &TaskRef::name, object_name_type(), "A Task of this namespace."))});
  return object_type<T>({
      required(computed_field<T, TaskRef>(
          "taskRef", reference,
          [](const T& run) { return std::optional<TaskRef>(TaskRef{run.task}); },
          [](T& run, TaskRef task) { run.task = std::move(task.name); }, "What is run.")),
      field("params", &T::params, params_type(),
            "Params of the Task; digest, tag-url, revision and service of the candidate are given "
            "beside them."),
      field("serviceAccountName", &T::service_account, object_name_type(),
            "As whom it runs; by default as the namespace's default."),
  });
}

void check_gate(const Cursor& at, const GateSpec& gate) {
  if (gate.http.has_value() != gate.task_run.has_value()) return;
  at.fail(gate.http ? "http and taskRun exclude each other" : "nothing to ask", "http or taskRun");
}

Type<GateSpec> gate_type() {
  using G = GateSpec;
  return object_type<G>(
      {
          required(field("name", &G::name, name_type(), "What it is called in sentences.")),
          field("http", &G::http, optional_type(http_type()),
                "Requests to the candidate's tag URL; {} asks for the readiness path."),
          field("taskRun", &G::task_run, optional_type(task_run_type()),
                "A Tekton TaskRun (tekton.dev/v1) for each try, in the Service's namespace; the "
                "controller's right to make it is deploy/tekton.yaml."),
          field("timeout", &G::timeout, duration_type(seconds(1), hours(24)),
                "Time for the gate with all its tries."),
          field("retries", &G::retries, whole_type(0, 10),
                "How often it is tried again where it failed or could not be told."),
          field("onError", &G::on_error, choice_type<GateOnError>({"Hold", "Fail"}),
                "What follows where it could not be told, say without a connection: the rollout "
                "is held and the gate asked again, or it counts as failed."),
      },
      check_gate);
}

}  // namespace

Type<std::vector<GateSpec>> gates_type() {
  auto type = list_type(gate_type(), "at most 8 gates", 0, kMaxGates);
  type.read = [any = type.read](const Cursor& at, std::vector<GateSpec>& into) {
    if (!any(at, into)) return false;
    std::set<std::string> names;
    for (std::size_t i = 0; i < into.size(); ++i) {
      if (names.insert(into[i].name).second) continue;
      at.item(i).fail("another gate is called " + into[i].name, "a name of its own");
    }
    return true;
  };
  return type;
}

}  // namespace freshet::config

namespace freshet {

std::string gate_fingerprint(const GateSpec& gate) {
  static const config::Type<std::vector<GateSpec>> type = config::gates_type();
  return sha256_hex(config::node_to_flow(type.print({gate}))).substr(0, 12);
}

}  // namespace freshet
