// One line of a recording, read.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "analysis/replay.h"
#include "base/json.h"
#include "base/text.h"

namespace freshet {
namespace {

constexpr double kMaxCount = 1e12;

Error wrong(std::string_view what) { return bad_input(std::string(what)); }

Status check_keys(const Json& object, std::string_view where,
                  const std::vector<std::string>& known) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const auto near = nearest(key, known);
    return wrong(fmt::format("{}: unknown field \"{}\"{}", where, printable(key, 40),
                             near ? fmt::format(", did you mean \"{}\"?", *near) : ""));
  }
  return {};
}

Result<std::int64_t> whole(const Json& object, std::string_view where, std::string_view key,
                           std::optional<std::int64_t> fallback) {
  const Json& value = at_path(object, {key});
  if (value.is_null() && fallback && !object.contains(key)) return *fallback;
  if (!value.is_number()) {
    return wrong(
        fmt::format("{}.{}: {}", where, key, object.contains(key) ? "not a number" : "missing"));
  }
  const double number = value.get<double>();
  if (!(number >= 0 && number <= kMaxCount) || number != std::floor(number)) {
    return wrong(fmt::format("{}.{}: not a whole number of at least 0", where, key));
  }
  return static_cast<std::int64_t>(number);
}

Result<double> number(const Json& object, std::string_view where, std::string_view key,
                      std::optional<double> fallback) {
  const Json& value = at_path(object, {key});
  if (!object.contains(key) && fallback) return *fallback;
  if (!value.is_number() || !std::isfinite(value.get<double>())) {
    return wrong(
        fmt::format("{}.{}: {}", where, key, object.contains(key) ? "not a number" : "missing"));
  }
  return value.get<double>();
}

Status parse_slower(const Json& object, std::string_view where, ArmCounts& arm) {
  const Json& slower = at_path(object, {"slower"});
  if (!object.contains("slower")) return {};
  if (!slower.is_object()) return wrong(fmt::format("{}.slower: not an object", where));
  for (const auto& [key, value] : slower.items()) {
    char* end = nullptr;
    const double bound = std::strtod(key.c_str(), &end);
    if (key.empty() || end != key.c_str() + key.size() || !(bound > 0 && bound < 1e6)) {
      return wrong(
          fmt::format("{}.slower: \"{}\" is not a bound in seconds", where, printable(key, 40)));
    }
    const auto count = whole(slower, std::string(where) + ".slower", key, std::nullopt);
    if (!count) return count.error();
    if (*count > arm.requests) {
      return wrong(fmt::format("{}.slower[\"{}\"]: more than its requests", where, key));
    }
    if (!arm.slower.emplace(bound, *count).second) {
      return wrong(fmt::format("{}.slower: the bound {} stands twice", where, bound));
    }
  }
  return {};
}

Result<ArmCounts> parse_arm(const Json& line, const std::string& where) {
  const Json& object = at_path(line, {where});
  if (!object.is_object()) {
    return wrong(fmt::format("{}: {}", where, line.contains(where) ? "not an object" : "missing"));
  }
  static const std::vector<std::string> kKnown = {"requests", "errors", "slower", "young",
                                                  "seconds"};
  if (Status keys = check_keys(object, where, kKnown); !keys) return keys.error();
  ArmCounts arm;
  const auto requests = whole(object, where, "requests", std::nullopt);
  if (!requests) return requests.error();
  const auto errors = whole(object, where, "errors", std::nullopt);
  if (!errors) return errors.error();
  const auto young = whole(object, where, "young", 0);
  if (!young) return young.error();
  arm.requests = *requests;
  arm.errors = *errors;
  arm.young = *young;
  if (arm.errors > arm.requests) return wrong(where + ".errors: more than its requests");
  if (arm.young > arm.requests) return wrong(where + ".young: more than its requests");
  if (Status slower = parse_slower(object, where, arm); !slower) return slower.error();
  if (!object.contains("seconds")) return arm;
  const auto observed = number(object, where, "seconds", std::nullopt);
  if (!observed) return observed.error();
  if (!(*observed >= 0 && *observed < 1e6)) return wrong(where + ".seconds: not a length of time");
  arm.observed = Duration(std::llround(*observed * 1000));
  return arm;
}

// Part of stable's counts.
Status parse_half(const Json& line, Interval& out) {
  if (!line.contains("stableHalf")) return {};
  const Json& object = at_path(line, {"stableHalf"});
  if (!object.is_object()) return wrong("stableHalf: not an object");
  static const std::vector<std::string> kKnown = {"requests", "errors"};
  if (Status keys = check_keys(object, "stableHalf", kKnown); !keys) return keys.error();
  const auto requests = whole(object, "stableHalf", "requests", std::nullopt);
  if (!requests) return requests.error();
  const auto errors = whole(object, "stableHalf", "errors", std::nullopt);
  if (!errors) return errors.error();
  if (*requests > out.stable.requests || *errors > out.stable.errors || *errors > *requests) {
    return wrong("stableHalf: more than stable's");
  }
  out.stable_half = {*requests, *errors};
  return {};
}

Status parse_checks(const Json& line, Interval& out) {
  if (!line.contains("checks")) return {};
  const Json& object = at_path(line, {"checks"});
  if (!object.is_object() || object.size() > kMaxChecks) {
    return wrong(fmt::format("checks: not an object of at most {}", kMaxChecks));
  }
  for (const auto& [name, values] : object.items()) {
    const std::string where = "checks." + printable(name, 40);
    if (!values.is_object()) return wrong(where + ": not an object");
    static const std::vector<std::string> kKnown = {"canary", "stable"};
    if (Status keys = check_keys(values, where, kKnown); !keys) return keys.error();
    const auto canary = number(values, where, "canary", std::nullopt);
    if (!canary) return canary.error();
    const auto stable = number(values, where, "stable", std::nullopt);
    if (!stable) return stable.error();
    out.checks[name] = {*canary, *stable};
  }
  return {};
}

Result<TimePoint> parse_end(const Json& json, std::optional<TimePoint> before) {
  const Json& at = at_path(json, {"at"});
  if (!at.is_number()) return wrong(json.contains("at") ? "at: not a number" : "at: missing");
  const double end_seconds = at.get<double>();
  if (!(end_seconds >= 0 && end_seconds < 1e11)) return wrong("at: not a time in seconds");
  const TimePoint end = from_unix_seconds(end_seconds);
  if (before && end <= *before) return wrong("at: not after the line before it");
  return end;
}

}  // namespace

Result<Interval> parse_replay_line(std::string_view text, std::optional<TimePoint> before,
                                   Duration first_length) {
  Result<Json> parsed = parse_json(text, kMaxReplayLineBytes);
  if (!parsed) return parsed.error();
  const Json& json = *parsed;
  if (!json.is_object()) return wrong("not an object");
  static const std::vector<std::string> kKnown = {"at",      "canary",     "stable", "percent",
                                                  "missing", "stableHalf", "checks"};
  if (Status keys = check_keys(json, "line", kKnown); !keys) return keys.error();
  Interval out;
  const Result<TimePoint> end = parse_end(json, before);
  if (!end) return end.error();
  out.end = *end;
  out.start = before.value_or(out.end - first_length);
  if (json.contains("missing")) {
    if (!json["missing"].is_boolean()) return wrong("missing: neither true nor false");
    out.missing = json["missing"].get<bool>();
    if (out.missing) return out;
  }
  Result<ArmCounts> canary = parse_arm(json, "canary");
  if (!canary) return canary.error();
  Result<ArmCounts> stable = parse_arm(json, "stable");
  if (!stable) return stable.error();
  const auto percent = whole(json, "line", "percent", std::nullopt);
  if (!percent) return percent.error();
  if (*percent < 1 || *percent > 99) return wrong("percent: not a whole number from 1 to 99");
  out.canary = std::move(*canary);
  out.stable = std::move(*stable);
  out.percent = static_cast<int>(*percent);
  if (Status half = parse_half(json, out); !half) return half.error();
  if (Status checks = parse_checks(json, out); !checks) return checks.error();
  return out;
}

}  // namespace freshet
