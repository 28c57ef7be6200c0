// Writing commands and finding their answers.
#include "controller/api/commands.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/model/order_proof.h"
#include "controller/planner/command.h"

namespace freshet::api {
namespace {

// verb → id, of the commands that wait.
std::map<std::string, std::string> waiting(const Json& tracked) {
  std::map<std::string, std::string> out;
  const Json& annotations = at_path(tracked, {"metadata", "annotations"});
  for (const planning::Verb verb : planning::all_verbs()) {
    const std::string text = string_or(annotations, planning::annotation_of(verb));
    if (text.empty()) continue;
    out[std::string(to_string(verb))] = parse_command(verb, text, TimePoint{}).command.id;
  }
  return out;
}

}  // namespace

std::string caller_word(const std::string& user) {
  std::string out;
  for (const char c : user) {
    const bool is_plain = c > ' ' && c < '\x7f' && c != '%';
    out += is_plain ? std::string(1, c) : percent_encode(std::string_view(&c, 1));
  }
  return out;
}

std::variant<Json, Problem> command_patch(const Json& tracked, const ServiceDetail& seen,
                                          const OrderWords& order, const std::string& id,
                                          const Caller& caller, const Secret& key) {
  const auto others = waiting(tracked);
  if (const auto other = others.find(order.verb); other != others.end()) {
    return Problem{409, "another " + order.verb + " (" + other->second + ") waits for its answer"};
  }
  const Json& metadata = at_path(tracked, {"metadata"});
  const std::string text = order_text(order, seen, id, caller_word(caller.user));
  const std::string proven = with_proof(text, key, Uid(string_or(metadata, "uid")), order.verb);
  return Json{{"metadata",
               {{"resourceVersion", string_or(metadata, "resourceVersion")},
                {"annotations", {{"freshet.dev/" + order.verb, proven}}}}}};
}

Json command_state(const Json& tracked, const std::string& id) {
  const TrackedServiceStatus status = status_from_json(at_path(tracked, {"status"}));
  for (const CommandStatus& each : status.commands) {
    if (each.id != id) continue;
    return {{"id", id},
            {"verb", each.verb},
            {"answer", each.answer},
            {"message", each.message},
            {"at", format_rfc3339(each.at)}};
  }
  for (const auto& [verb, other] : waiting(tracked)) {
    if (other == id) return {{"id", id}, {"verb", verb}, {"answer", "Pending"}};
  }
  return Json();
}

}  // namespace freshet::api
