// Reading the body of a command.
#include "controller/api/command_body.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/planner/command.h"

namespace freshet::api {
namespace {

using Form = BodyField::Form;

constexpr std::int64_t kMaxStep = 100;

bool is_word(const std::string& text) {
  return !text.empty() && text.size() <= 253 &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

const BodyField* find_field(const std::string& verb, std::string_view name) {
  for (const BodyField& field : body_fields()) {
    const bool known = std::ranges::find(field.verbs, verb) != field.verbs.end();
    if (field.name == name && (known || field.verbs.empty())) return &field;
  }
  return nullptr;
}

// The sentence of what is wrong with it; "" if nothing is.
std::string take_field(const BodyField& field, const Json& value, OrderWords& order) {
  const std::string option(field.option);
  switch (field.form) {
    case Form::kFlag:
      if (!value.is_boolean()) return "must be true or false";
      if (value.get<bool>()) order.options.push_back(option);
      return "";
    case Form::kStep:
      if (!value.is_number_integer() || value < 1 || value > kMaxStep) {
        return "must be the number of a step, from 1";
      }
      order.options.push_back(option + "=" + std::to_string(value.get<int>()));
      return "";
    case Form::kSeq:
      if (!value.is_number_integer() || value < 0) return "must be a whole number, as seq is";
      order.options.push_back(option + "=" + std::to_string(value.get<std::int64_t>()));
      return "";
    case Form::kText: break;
  }
  if (!value.is_string()) return "must be text";
  const std::string text = value.get<std::string>();
  if (option.empty()) {
    order.reason = text;
    return check_reason(text) ? "" : "must be one line of at most 300 bytes without options";
  }
  if (!is_word(text)) return "must be one word";
  order.options.push_back(option + "=" + text);
  return "";
}

std::variant<OrderWords, Problem> take_fields(OrderWords order, const Json& body) {
  for (const auto& [name, value] : body.items()) {
    const BodyField* field = find_field(order.verb, name);
    const std::string shown = printable(name, 60);
    if (field == nullptr) return Problem{400, order.verb + " knows no field " + shown, shown};
    const std::string problem = take_field(*field, value, order);
    if (!problem.empty()) return Problem{400, shown + " " + problem, shown};
  }
  for (const BodyField& field : body_fields()) {
    const std::string name(field.name);
    if (!field.is_required || find_field(order.verb, name) == nullptr) continue;
    if (!body.contains(name)) return Problem{400, order.verb + " wants " + name, name};
  }
  const bool is_of_rollout = find_field(order.verb, "rollout") != nullptr;
  order.names_rollout = is_of_rollout && !body.contains("rollout");
  return order;
}

}  // namespace

const std::vector<BodyField>& body_fields() {
  static const std::vector<BodyField> kFields = {
      {"reason", Form::kText, {}, "", "Why; kept in the history."},
      {"full", Form::kFlag, {"promote"}, "--full", "All requests at once."},
      {"rollout",
       Form::kText,
       {"promote", "abort"},
       "--rollout",
       "Id of the rollout that is meant; left out: the one that goes on now, at its step."},
      {"step", Form::kStep, {"promote"}, "--step", "With rollout: the step that is meant, from 1."},
      {"until", Form::kText, {"pause"}, "--until", "A time (RFC 3339), or a duration such as 8h."},
      {"keepMine", Form::kFlag, {"resume"}, "--keep-mine", "Freshet's split is written again."},
      {"keepTheirs",
       Form::kFlag,
       {"resume"},
       "--keep-theirs",
       "The person's split stays and the rollout ends."},
      {"allowDowngrade",
       Form::kFlag,
       {"retry"},
       "--allow-downgrade",
       "Also an image that is a step back from what runs."},
      {"seen",
       Form::kSeq,
       {"retry"},
       "--seen",
       "The seq that is meant: what was rejected after it stays so; left out: the present one."},
      {"to", Form::kText, {"adopt", "rollback"}, "--to", "Name of the Revision.", true},
  };
  return kFields;
}

std::variant<OrderWords, Problem> read_command_body(const std::string& verb,
                                                    const HttpRequest& request) {
  const auto& verbs = planning::all_verbs();
  const auto known = std::ranges::find(verbs, verb, [](auto v) { return to_string(v); });
  if (known == verbs.end()) return Problem{404, "there is no command " + printable(verb, 60)};
  OrderWords order;
  order.verb = verb;
  if (trim(request.body).empty()) return take_fields(std::move(order), Json::object());
  if (request.body.size() > kMaxCommandBody) {
    return Problem{413, "the body may have at most " + std::to_string(kMaxCommandBody) + " bytes"};
  }
  const std::string type = find_header(request.headers, "Content-Type").value_or("");
  if (!equals_ignore_case(trim(type.substr(0, type.find(';'))), "application/json")) {
    return Problem{415, "the body must be application/json"};
  }
  const auto body = parse_json(request.body, kMaxCommandBody);
  if (!body) return Problem{400, "the body cannot be read: " + body.error().message};
  if (!body->is_object()) return Problem{400, "the body must be a JSON object"};
  auto taken = take_fields(std::move(order), *body);
  const auto* words = std::get_if<OrderWords>(&taken);
  if (words == nullptr) return taken;
  // What the planner would refuse is told at once.
  const std::string text = order_text(*words, {}, "id", "");
  const auto parsed = planning::parse_command(*known, text, TimePoint{});
  if (!parsed.problem.empty()) return Problem{400, parsed.problem};
  return taken;
}

}  // namespace freshet::api
