// Rules of spec.traffic.
#include "controller/sandbox/traffic_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace freshet::sandbox {
namespace {

constexpr std::string_view kTargetFields[] = {
    "configurationName", "latestRevision", "percent", "revisionName", "tag", "url"};

std::string go_type(const Json& value) {
  if (value.is_number()) return "number " + dump_json(value);
  return value.type_name();
}

void check_target(const Json& target, std::size_t index, std::vector<FieldProblem>& problems) {
  const std::string path = fmt::format("spec.traffic[{}]", index);
  const std::int64_t percent = int_or(target, "percent", 0);
  if (percent < 0 || percent > 100) {
    problems.push_back({fmt::format("expected 0 <= {} <= 100", percent), path + ".percent", ""});
  }
  const std::string revision = string_or(target, "revisionName");
  const bool is_latest = bool_or(target, "latestRevision", revision.empty());
  if (is_latest && !revision.empty()) {
    problems.push_back(
        {fmt::format("may not set revisionName \"{}\" when latestRevision is true", revision),
         path + ".latestRevision", ""});
  }
  if (!is_latest && revision.empty()) {
    problems.push_back({"may not set revisionName \"\" when latestRevision is false",
                        path + ".latestRevision", ""});
  }
  for (const char* field : {"configurationName", "url"}) {
    if (string_or(target, field).empty()) continue;
    problems.push_back({"must not set the field(s)", path + "." + field, ""});
  }
}

void check_tags(const Json& traffic, std::vector<FieldProblem>& problems) {
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < traffic.size(); ++i) {
    const std::string tag = string_or(traffic[i], "tag");
    if (tag.empty()) continue;
    if (!is_dns1035_label(tag)) {
      problems.push_back({std::string(kNotALabel), fmt::format("spec.traffic.tag[{}]", i), ""});
    }
    const auto [seen, is_new] = first.emplace(tag, i);
    if (is_new) continue;
    problems.push_back({fmt::format("Multiple definitions for \"{}\"", tag),
                        fmt::format("spec.traffic[{}].tag, spec.traffic[{}].tag", seen->second, i),
                        ""});
  }
}

}  // namespace

bool is_dns1035_label(const std::string& text) {
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_inner = [&](char c) { return is_lower(c) || (c >= '0' && c <= '9') || c == '-'; };
  return !text.empty() && text.size() <= 63 && is_lower(text.front()) && text.back() != '-' &&
         std::ranges::all_of(text, is_inner);
}

std::string to_text(std::vector<FieldProblem> problems) {
  std::ranges::stable_sort(problems, {}, &FieldProblem::message);
  std::vector<std::string> lines;
  for (const FieldProblem& problem : problems) {
    lines.push_back(problem.message + ": " + problem.path +
                    (problem.details.empty() ? "" : "\n" + problem.details));
  }
  return join(lines, "\n");
}

std::vector<std::string> prune_traffic(Json& service) {
  std::vector<std::string> unknown;
  if (!at_path(service, {"spec", "traffic"}).is_array()) return unknown;
  Json& traffic = service["spec"]["traffic"];
  for (std::size_t i = 0; i < traffic.size(); ++i) {
    if (!traffic[i].is_object()) continue;
    Json known = Json::object();
    for (const auto& [name, value] : traffic[i].items()) {
      if (std::ranges::find(kTargetFields, name) != std::end(kTargetFields)) {
        known[name] = value;
      } else {
        unknown.push_back(fmt::format("spec.traffic[{}].{}", i, name));
      }
    }
    traffic[i] = std::move(known);
  }
  return unknown;
}

std::string undecodable_traffic(const Json& traffic) {
  constexpr const char* kWhat =
      "json: cannot unmarshal {} into Go struct field TrafficTarget.spec.RouteSpec.traffic.{} of "
      "type {}";
  if (!traffic.is_array()) return "";
  for (const Json& target : traffic) {
    const auto is_wrong = [&](const char* field, bool is_right_type) {
      return target.contains(field) && !target[field].is_null() && !is_right_type;
    };
    const Json& percent = at_path(target, {"percent"});
    if (is_wrong("percent", percent.is_number_integer())) {
      return fmt::format(kWhat, go_type(percent), "percent", "int64");
    }
    const Json& latest = at_path(target, {"latestRevision"});
    if (is_wrong("latestRevision", latest.is_boolean())) {
      return fmt::format(kWhat, go_type(latest), "latestRevision", "bool");
    }
    for (const char* field : {"tag", "revisionName"}) {
      const Json& text = at_path(target, {field});
      if (is_wrong(field, text.is_string()))
        return fmt::format(kWhat, go_type(text), field, "string");
    }
  }
  return "";
}

std::vector<FieldProblem> traffic_problems(const Json& traffic) {
  std::vector<FieldProblem> problems;
  if (!traffic.is_array()) return problems;
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < traffic.size(); ++i) {
    check_target(traffic[i], i, problems);
    sum += int_or(traffic[i], "percent", 0);
  }
  check_tags(traffic, problems);
  if (sum != 100) {
    problems.push_back(
        {fmt::format("Traffic targets sum to {}, want 100", sum), "spec.traffic", ""});
  }
  return problems;
}

void default_traffic(Json& spec) {
  Json& traffic = spec["traffic"];
  if (!traffic.is_array() || traffic.empty()) {
    traffic = Json::array({{{"latestRevision", true}, {"percent", 100}}});
  }
  for (Json& target : traffic) {
    if (!target.is_object()) continue;
    if (!target.contains("percent") || target["percent"].is_null()) target["percent"] = 0;
    if (target.contains("latestRevision") && !target["latestRevision"].is_null()) continue;
    target["latestRevision"] = string_or(target, "revisionName").empty();
  }
}

}  // namespace freshet::sandbox
