// Reading commands.
#include "controller/planner/command.h"

#include <algorithm>
#include <functional>
#include <map>

#include "base/text.h"

namespace freshet::planning {
namespace {

constexpr std::size_t kMaxId = 64;
constexpr std::size_t kMaxWord = 253;
constexpr std::size_t kMaxReason = 300;
constexpr std::size_t kMaxValue = 2000;

// The sentence of what is wrong with an option's value; "" if nothing is.
using Take = std::function<std::string(Command&, const std::string& value, TimePoint now)>;
struct Option {
  std::vector<Verb> verbs;
  bool has_value = false;
  Take take;
};

std::string take_until(Command& command, const std::string& value, TimePoint now) {
  if (const auto time = parse_rfc3339(value)) {
    command.until = *time;
    return "";
  }
  const auto length = parse_duration(value);
  if (!length) return "--until wants a time (RFC 3339) or a duration such as 8h";
  command.until = now + *length;
  return "";
}

std::string take_seen(Command& command, const std::string& value, TimePoint) {
  const auto number = parse_whole(value);
  if (!number) return "--seen wants the number of a state, as in status.seq";
  command.seen = *number;
  return "";
}

std::string take_step(Command& command, const std::string& value, TimePoint) {
  const auto number = parse_whole(value);
  if (!number || *number > 100) return "--step wants the number of a step";
  command.step = static_cast<int>(*number);
  return "";
}

const std::map<std::string, Option>& options() {
  const std::vector<Verb> promote = {Verb::kPromote};
  const std::vector<Verb> resume = {Verb::kResume};
  static const std::map<std::string, Option> kOptions = {
      {"--full",
       {promote, false,
        [](Command& c, const std::string&, TimePoint) {
          c.full = true;
          return std::string();
        }}},
      {"--keep-mine",
       {resume, false,
        [](Command& c, const std::string&, TimePoint) {
          c.keep_mine = true;
          return std::string();
        }}},
      {"--keep-theirs",
       {resume, false,
        [](Command& c, const std::string&, TimePoint) {
          c.keep_theirs = true;
          return std::string();
        }}},
      {"--allow-downgrade",
       {{Verb::kRetry},
        false,
        [](Command& c, const std::string&, TimePoint) {
          c.allow_downgrade = true;
          return std::string();
        }}},
      {"--seen", {{Verb::kRetry}, true, take_seen}},
      {"--until", {{Verb::kPause}, true, take_until}},
      {"--to",
       {{Verb::kAdopt, Verb::kRollback},
        true,
        [](Command& c, const std::string& value, TimePoint) {
          c.to = RevisionName(value);
          return std::string();
        }}},
      {"--rollout",
       {{Verb::kPromote, Verb::kAbort},
        true,
        [](Command& c, const std::string& value, TimePoint) {
          c.rollout = value;
          return std::string();
        }}},
      {"--step", {promote, true, take_step}},
      {"--by",
       {all_verbs(), true,
        [](Command& c, const std::string& value, TimePoint) {
          c.by = printable(value, kMaxWord);
          return std::string();
        }}},
      {"--proof",  // looked at before (model/order_proof.h)
       {all_verbs(), true, [](Command&, const std::string&, TimePoint) { return std::string(); }}},
  };
  return kOptions;
}

std::string unknown_option(const std::string& name) {
  std::vector<std::string> known;
  for (const auto& [option, what] : options()) known.push_back(option);
  std::string out = "unknown option " + printable(name, kMaxId);
  if (const auto near = nearest(name, known)) out += "; did you mean " + *near + "?";
  return out;
}

std::string take_option(Command& command, const std::string& word, TimePoint now) {
  const auto equals = word.find('=');
  const std::string name = word.substr(0, equals);
  const auto option = options().find(name);
  if (option == options().end()) return unknown_option(name);
  const auto& verbs = option->second.verbs;
  if (std::find(verbs.begin(), verbs.end(), command.verb) == verbs.end()) {
    return name + " is no option of " + std::string(to_string(command.verb));
  }
  const bool given = equals != std::string::npos && equals + 1 < word.size();
  if (option->second.has_value && !given) return name + " wants a value: " + name + "=…";
  if (!option->second.has_value && equals != std::string::npos) return name + " takes no value";
  const std::string value = given ? word.substr(equals + 1) : "";
  if (value.size() > kMaxWord) return name + ": the value is too long";
  return option->second.take(command, value, now);
}

// The first word of `rest`, which is taken off it.
std::string next_word(std::string_view& rest) {
  rest = trim(rest);
  const auto end = rest.find_first_of(" \t\r\n");
  const std::string word(rest.substr(0, end));
  rest = end == std::string_view::npos ? std::string_view{} : trim(rest.substr(end));
  return word;
}

}  // namespace

std::string_view to_string(Verb verb) {
  switch (verb) {
    case Verb::kAbort: return "abort";
    case Verb::kPromote: return "promote";
    case Verb::kPause: return "pause";
    case Verb::kResume: return "resume";
    case Verb::kRetry: return "retry";
    case Verb::kAdopt: return "adopt";
    case Verb::kRepair: return "repair";
    case Verb::kRollback: return "rollback";
  }
  return "abort";
}

const std::vector<Verb>& all_verbs() {
  static const std::vector<Verb> kVerbs = {Verb::kAbort,  Verb::kPromote, Verb::kPause,
                                           Verb::kResume, Verb::kRetry,   Verb::kAdopt,
                                           Verb::kRepair, Verb::kRollback};
  return kVerbs;
}

std::string annotation_of(Verb verb) {
  return std::string(kAnnotationPrefix) + std::string(to_string(verb));
}

ParsedCommand parse_command(Verb verb, std::string_view value, TimePoint now) {
  ParsedCommand out;
  out.command.verb = verb;
  std::string_view rest = value.substr(0, std::min(value.size(), kMaxValue));
  out.command.id = printable(next_word(rest), kMaxId);
  if (out.command.id.empty()) {
    out.problem = "a command begins with an id of its own, such as $(date +%s)";
    return out;
  }
  while (out.problem.empty() && rest.starts_with("--")) {
    out.problem = take_option(out.command, next_word(rest), now);
  }
  out.command.reason = printable(rest, kMaxReason);
  return out;
}

std::string author(const Command& command) {
  const std::string kind = command.is_proven ? "user" : "person";
  return command.by.empty() ? kind : kind + ":" + command.by;
}

std::string on_word(const Command& command) {
  return author(command) + (command.reason.empty() ? "" : ": " + command.reason);
}

}  // namespace freshet::planning
