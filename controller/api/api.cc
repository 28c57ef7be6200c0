// One request: its route, who asks, whether they may, what is done.
#include "controller/api/api.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/api/command_body.h"
#include "controller/api/commands.h"
#include "controller/api/openapi.h"
#include "controller/model/order_proof.h"
#include "controller/runtime/paths.h"
#include "controller/show/json.h"
#include "controller/show/read.h"

namespace freshet::api {
namespace {

constexpr int kMaxCommandTries = 5;  // a status that is written meanwhile is a conflict

std::string value_or_empty(const std::map<std::string, std::string>& map, const char* key) {
  const auto found = map.find(key);
  return found == map.end() ? "" : found->second;
}

ServiceKey key_of(const Asked& asked) {
  const std::string name_space = value_or_empty(asked.names, "namespace");
  if (!name_space.empty()) return {name_space, value_or_empty(asked.names, "name")};
  return {value_or_empty(asked.query, "namespace"), value_or_empty(asked.query, "name")};
}

// Who may do what is behind this request: any of these.
std::vector<std::string> verbs_of(const Asked& asked) {
  const std::string verb(asked.route->verb);
  // Whoever may patch can give any command by annotation.
  if (asked.route->action == Action::kCommand) return {asked.names.at("command"), verb};
  return {verb};
}

HttpResponse failed(const Error& error) { return to_answer(problem_of(error)); }

HttpResponse no_service(const ServiceKey& key) {
  return to_answer({404, "no service " + to_string(key) + " is tracked"});
}

bool is_gone(const Error& error) { return error.kind == ErrorKind::kNotFound; }

}  // namespace

Api::Api(KubeClient& kube, const Clock& clock, Log log, ApiOptions options)
    : kube_(kube),
      log_(std::move(log)),
      options_(std::move(options)),
      callers_(kube, clock, options_.audiences),
      events_(fmt::format("{:08x}", options_.chance() & 0xffffffff)),
      listeners_(events_, callers_, clock) {}

ApiAnswer Api::answer(const HttpRequest& request) {
  const auto found = find_route(request);
  if (const auto* problem = std::get_if<Problem>(&found)) return {to_answer(*problem)};
  const Asked& asked = std::get<Asked>(found);
  // What the API is like is no secret.
  if (asked.route->action == Action::kDocument) {
    return {json_answer(200, openapi_document(FRESHET_VERSION))};
  }
  const auto caller = callers_.identify(request.headers);
  if (const auto* problem = std::get_if<Problem>(&caller)) return {to_answer(*problem)};
  const Caller& known = std::get<Caller>(caller);
  const ServiceKey key = key_of(asked);
  if (key.name_space.empty() && !key.name.empty()) {
    return {to_answer({400, "name goes with namespace", "namespace"})};
  }
  const auto refused = callers_.refuse(known, verbs_of(asked), key);
  if (refused) return {to_answer(*refused)};
  return serve(asked, request, known);
}

ApiAnswer Api::serve(const Asked& asked, const HttpRequest& request, const Caller& caller) {
  const ServiceKey key = key_of(asked);
  switch (asked.route->action) {
    case Action::kDocument: break;
    case Action::kList: return {list(key.name_space)};
    case Action::kGet: return {get(key, false)};
    case Action::kHistory: return {get(key, true)};
    case Action::kCommand: return {command(key, asked.names.at("command"), request, caller)};
    case Action::kAnswer: return {command_answer(key, asked.names.at("command"))};
    case Action::kEvents: return listen(key, request, caller);
  }
  return {to_answer({404, "there is nothing here"})};
}

ApiAnswer Api::listen(const ServiceKey& scope, const HttpRequest& request, const Caller& caller) {
  auto stream = listeners_.open(request.headers, caller, scope);
  if (const auto* problem = std::get_if<Problem>(&stream)) return {to_answer(*problem)};
  return {{200,
           {{"Content-Type", "text/event-stream"},
            {"Cache-Control", "no-store"},
            {"X-Accel-Buffering", "no"}},
           ""},
          std::get<Stream>(std::move(stream))};
}

HttpResponse Api::list(const std::string& name_space) {
  const std::unique_lock lock(listing_, std::try_to_lock);
  if (!lock) return to_answer({429, "another list is being read", "", 1});
  const auto fleet = read_fleet(kube_, name_space);
  if (!fleet) return failed(fleet.error());
  Json items = Json::array();
  for (const ServiceDetail& detail : *fleet) items.push_back(service_json(detail));
  return json_answer(200, {{"items", std::move(items)}});
}

HttpResponse Api::get(const ServiceKey& key, bool history) {
  const auto tracked = kube_.get(tracked_service_path(key));
  if (!tracked) return is_gone(tracked.error()) ? no_service(key) : failed(tracked.error());
  if (history) return json_answer(200, history_json(make_detail(tracked->body, nullptr, {})));
  const auto detail = read_rest(kube_, tracked->body);
  if (!detail) return failed(detail.error());
  return json_answer(200, service_json(*detail));
}

HttpResponse Api::command(const ServiceKey& key, const std::string& verb,
                          const HttpRequest& request, const Caller& caller) {
  const auto order = read_command_body(verb, request);
  if (const auto* problem = std::get_if<Problem>(&order)) return to_answer(*problem);
  const TimePoint now = kube_.server_now();
  const std::string id = order_id(now, options_.chance());
  for (int i = 0; i < kMaxCommandTries; ++i) {
    const auto tracked = kube_.get(tracked_service_path(key));
    if (!tracked) return is_gone(tracked.error()) ? no_service(key) : failed(tracked.error());
    const auto detail = read_rest(kube_, tracked->body);
    if (!detail) return failed(detail.error());
    const auto patch = command_patch(tracked->body, *detail, std::get<OrderWords>(order), id,
                                     caller, options_.order_key);
    if (const auto* problem = std::get_if<Problem>(&patch)) return to_answer(*problem);
    const auto written = kube_.merge_patch(tracked_service_path(key), std::get<Json>(patch));
    if (!written && written.error().kind == ErrorKind::kConflict) continue;
    if (!written) return is_gone(written.error()) ? no_service(key) : failed(written.error());
    log_({LogLevel::kInfo,
          "CommandOrdered",
          {{"service", to_string(key)}, {"verb", verb}, {"id", id}, {"user", caller.user}}});
    HttpResponse answer = json_answer(202, command_state(written->body, id));
    answer.headers.push_back(
        {"Location", "/api/v1/services/" + key.name_space + "/" + key.name + "/commands/" + id});
    return answer;
  }
  return to_answer({409, "the TrackedService changes faster than it can be written", "", 1});
}

HttpResponse Api::command_answer(const ServiceKey& key, const std::string& id) {
  const auto tracked = kube_.get(tracked_service_path(key));
  if (!tracked) return is_gone(tracked.error()) ? no_service(key) : failed(tracked.error());
  const Json state = command_state(tracked->body, id);
  if (state.is_null()) return to_answer({404, "nothing is known of command " + id});
  return json_answer(200, state);
}

}  // namespace freshet::api
