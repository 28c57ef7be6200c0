// Settings as JSON, for the tracked service's status.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/evidence.h"
#include "analysis/settings.h"
#include "base/text.h"

namespace freshet {
namespace {

Json margin_json(const Margin& m) { return {m.times, m.plus}; }
Json pair_json(const MarginPair& m) { return {margin_json(m.rollback), margin_json(m.promote)}; }

bool read_number(const Json& json, double low, double high, double& out) {
  if (!json.is_number()) return false;
  out = json.get<double>();
  return out >= low && out <= high;  // false for NaN as well
}
bool read_margin(const Json& json, Margin& out) {
  return json.is_array() && json.size() == 2 && read_number(json[0], 1e-3, 1e3, out.times) &&
         read_number(json[1], 0, 1, out.plus);
}
bool read_pair(const Json& json, MarginPair& out) {
  return json.is_array() && json.size() == 2 && read_margin(json[0], out.rollback) &&
         read_margin(json[1], out.promote);
}
bool read_bounds(const Json& json, std::vector<double>& out) {
  if (!json.is_array() || json.size() > kMaxMetrics) return false;
  for (const Json& item : json) {
    double bound = 0;
    if (!read_number(item, 1e-6, 1e6, bound)) return false;
    if (!out.empty() && bound <= out.back()) return false;
    out.push_back(bound);
  }
  return true;
}
bool read_hour(const Json& json, AnalysisSettings& out) {
  if (json.is_null()) return true;
  double rate = 0;
  if (!json.is_object() || !read_number(at_path(json, {"errors"}), 0, 1, rate)) return false;
  out.stable_error_rate = rate;
  const Json& slower = at_path(json, {"slower"});
  if (!slower.is_array() || slower.size() > kMaxMetrics) return false;
  for (const Json& item : slower) {
    double bound = 0;
    double share = 0;
    if (!item.is_array() || item.size() != 2 || !read_number(item[0], 1e-6, 1e6, bound) ||
        !read_number(item[1], 0, 1, share)) {
      return false;
    }
    out.stable_slower[bound] = share;
  }
  return true;
}

Json objectives_json(const std::vector<Objective>& objectives) {
  Json out = Json::array();
  for (const Objective& o : objectives) {
    out.push_back({o.bound ? Json(*o.bound) : Json(nullptr), o.share});
  }
  return out;
}
Json checks_json(const std::vector<CheckRule>& checks) {
  Json out = Json::array();
  for (const CheckRule& c : checks)
    out.push_back({c.name, c.lower_is_worse, c.times, c.plus, c.every.count()});
  return out;
}

// What an earlier release did not know yet, it did not keep.
bool read_objectives(const Json& json, std::vector<Objective>& out) {
  if (json.is_null()) return true;
  if (!json.is_array() || json.size() > kMaxObjectives) return false;
  for (const Json& item : json) {
    if (!item.is_array() || item.size() != 2) return false;
    Objective objective;
    double bound = 0;
    if (!item[0].is_null()) {
      if (!read_number(item[0], 1e-6, 1e6, bound)) return false;
      objective.bound = bound;
    }
    if (!read_number(item[1], 1e-9, 1, objective.share)) return false;
    out.push_back(objective);
  }
  return true;
}
bool read_checks(const Json& json, std::vector<CheckRule>& out) {
  if (json.is_null()) return true;
  if (!json.is_array() || json.size() > kMaxChecks) return false;
  for (const Json& item : json) {
    if (!item.is_array() || item.size() != 5 || !item[0].is_string()) return false;
    if (!item[1].is_boolean()) return false;
    CheckRule rule{item[0].get<std::string>(), item[1].get<bool>()};
    if (!read_number(item[2], 1, 1e6, rule.times)) return false;
    if (!read_number(item[3], 0, 1e18, rule.plus)) return false;
    if (!item[4].is_number_integer()) return false;
    rule.every = std::clamp<Duration>(Duration(item[4].get<std::int64_t>()), kCheckEvery, days(1));
    out.push_back(std::move(rule));
  }
  return true;
}
Duration wait_of(const Json& json, std::string_view key) {
  return std::clamp<Duration>(Duration(int_or(json, key, 0)), Duration{}, days(7));
}
bool read_dispersion(const Json& json, std::optional<double>& out) {
  double value = 0;
  if (json.is_null()) return true;
  if (!read_number(json, 1, kMaxDispersion, value)) return false;
  out = value;
  return true;
}

}  // namespace

Json settings_to_json(const AnalysisSettings& s) {
  Json hour = nullptr;
  if (s.stable_error_rate) {
    Json slower = Json::array();
    for (const auto& [bound, share] : s.stable_slower) slower.push_back({bound, share});
    hour = {{"errors", *s.stable_error_rate}, {"slower", std::move(slower)}};
  }
  Json out = {{"alpha", s.alpha},
              {"beta", s.beta},
              {"errors", pair_json(s.errors)},
              {"latency", pair_json(s.latency)},
              {"bounds", s.latency_bounds},
              {"objectives", objectives_json(s.objectives)},
              {"checks", checks_json(s.checks)},
              {"dispersion", s.dispersion ? Json(*s.dispersion) : Json(nullptr)},
              {"warmUp", s.warm_up.count()},
              {"warmUpOff", s.warm_up_off},
              {"planned", s.planned_intervals},
              {"capRollback", s.cap_rollback},
              {"capPromote", s.cap_promote},
              {"evidenceSoak", s.evidence_soak.count()},
              {"soak", s.promote_soak.count()},
              {"stableHour", std::move(hour)}};
  // Settings of a release that did not know of them keep their hash, and so their evidence.
  if (s.longest_request != Duration{}) {
    out["longestRequest"] = s.longest_request.count();
    out["longestWaited"] = s.longest_waited.count();
  }
  return out;
}

Result<AnalysisSettings> settings_from_json(const Json& json) {
  AnalysisSettings s;
  const auto at = [&json](std::string_view key) -> const Json& { return at_path(json, {key}); };
  bool ok = json.is_object();
  ok = ok && read_number(at("alpha"), 1e-12, 0.5, s.alpha);
  ok = ok && read_number(at("beta"), 1e-12, 0.5, s.beta);
  ok = ok && read_pair(at("errors"), s.errors) && read_pair(at("latency"), s.latency);
  ok = ok && read_bounds(at("bounds"), s.latency_bounds);
  ok = ok && at("warmUp").is_number_integer() && at("planned").is_number_integer();
  ok = ok && at("soak").is_number_integer() && at("evidenceSoak").is_number_integer();
  ok = ok && read_hour(at("stableHour"), s);
  ok = ok && read_objectives(at("objectives"), s.objectives);
  ok = ok && read_checks(at("checks"), s.checks) && read_dispersion(at("dispersion"), s.dispersion);
  if (!ok) return bad_input("stored analysis settings are not of the shape this release keeps");
  s.warm_up = Duration(at("warmUp").get<std::int64_t>());
  s.planned_intervals = std::max<std::int64_t>(1, at("planned").get<std::int64_t>());
  s.promote_soak = Duration(at("soak").get<std::int64_t>());
  s.evidence_soak = std::clamp<Duration>(Duration(at("evidenceSoak").get<std::int64_t>()),
                                         seconds(1), kEvidenceSoak);
  // What an earlier release did not know yet, it did not keep.
  s.longest_request = wait_of(json, "longestRequest");
  s.longest_waited = std::min(s.longest_request, wait_of(json, "longestWaited"));
  s.warm_up_off = bool_or(json, "warmUpOff", false);
  s.cap_rollback = bool_or(json, "capRollback", true);
  s.cap_promote = bool_or(json, "capPromote", true);
  return s;
}

std::string settings_hash(const AnalysisSettings& settings) {
  return fmt::format("{:016x}", stable_hash(dump_json(settings_to_json(settings))));
}

}  // namespace freshet
