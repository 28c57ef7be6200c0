// What is fixed when a rollout starts: margins, tests, estimates, and their JSON.
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/analyzer.h"
#include "base/text.h"

namespace freshet {
namespace {

// `auto`: the promotion margin's `plus` is the smallest of these that the traffic can show in time.
constexpr std::array<double, 5> kAutoPlus = {0.0001, 0.0003, 0.001, 0.003, 0.01};
constexpr double kAutoShareOfDeadline = 1.0 / 3;
constexpr double kAutoRollbackTimes = 1.25;
constexpr double kAutoPromoteTimes = 1.5;
constexpr double kUsableExceedance = 0.5;  // bounds that more of stable's requests exceed are not
constexpr std::int64_t kMaxNeeded = 1'000'000'000;

// Neighbours nearest to each other lose the lower one, until there are few enough.
std::vector<double> thinned(std::vector<double> bounds) {
  while (bounds.size() > kMaxMetrics - 1) {
    std::size_t nearest_pair = 0;
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
      const double ratio = bounds[i + 1] / bounds[i];
      if (ratio <= bounds[nearest_pair + 1] / bounds[nearest_pair] + 1e-9) nearest_pair = i;
    }
    bounds.erase(bounds.begin() + static_cast<std::ptrdiff_t>(nearest_pair));
  }
  return bounds;
}

// Time for all steps and the bake, if nothing is wrong; a very long time where it never would be.
double estimated_seconds(const RolloutSpec& rollout, const StableBaseline& baseline, double plus,
                         double beta) {
  double total = to_seconds(rollout.bake.duration);
  for (std::size_t i = 0; i < rollout.steps.size(); ++i) {
    const bool last = i + 1 == rollout.steps.size();
    const double share = rollout.steps[i] / 100.0;
    const double next = last ? 50 : rollout.steps[i + 1];
    const Margin margin{kAutoPromoteTimes, step_plus(plus, next)};
    const std::int64_t needed = requests_needed(baseline.error_rate, margin, share, beta);
    const double rate = baseline.requests_per_second * share;
    if (needed == 0 || rate <= 0) return 1e12;
    total += std::max(to_seconds(rollout.minimum_step), static_cast<double>(needed) / rate);
  }
  return total;
}

double auto_plus(const RolloutSpec& rollout, const StableBaseline& baseline, double beta) {
  const double available = to_seconds(rollout.deadline) * kAutoShareOfDeadline;
  for (double plus : kAutoPlus) {
    if (estimated_seconds(rollout, baseline, plus, beta) <= available) return plus;
  }
  return kAutoPlus.back();
}

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

}  // namespace

double step_plus(double plus, double next_percent) {
  return plus * std::max(1.0, 50.0 / std::max(next_percent, 1.0));
}

std::size_t metric_count(const AnalysisSettings& settings) {
  const std::size_t bounds = settings.latency_bounds.size();
  return bounds < 2 ? 1 : std::min(bounds + 1, kMaxMetrics);
}

std::vector<MetricTest> metric_tests(const AnalysisSettings& settings) {
  const std::size_t metrics = metric_count(settings);
  const std::size_t pairs = metrics == 1 ? 0 : metrics - 2;
  std::vector<MetricTest> tests;
  tests.push_back({"errors", 0, 0, settings.errors, pairs == 0 ? 1.0 : 0.5});
  for (std::size_t k = 1; k <= pairs; ++k) {
    tests.push_back({fmt::format("latency {}", settings.latency_bounds[k]), k, k + 1,
                     settings.latency, 0.5 / static_cast<double>(pairs)});
  }
  return tests;
}

std::int64_t requests_needed(double stable_rate, const Margin& margin, double share, double beta) {
  if (!(share > 0 && share < 1) || !(beta > 0 && beta < 1)) return 0;
  if (!(stable_rate >= 0 && stable_rate < 1) || !(margin.times > 0)) return 0;
  // One canary request with its stable companions, both arms at stable's rate.
  const PairCounts one{stable_rate, stable_rate * (1 - share) / share, 1, (1 - share) / share};
  std::array<LogFactor, kForEffects.size()> growth;
  for (std::size_t j = 0; j < growth.size(); ++j) {
    growth[j] = log_factor(one, margin.times, margin.times * kForEffects[j]);
  }
  const auto log_e = [&](double n) {
    double sum = kLogZero;
    for (const LogFactor& g : growth) sum = log_add(sum, n * (g.data - margin.plus * g.slack));
    return sum - std::log(static_cast<double>(growth.size()));
  };
  const double goal = -std::log(beta);
  double low = 0;
  double high = 1;
  while (log_e(high) < goal) {
    low = high;
    high *= 2;
    if (high > static_cast<double>(kMaxNeeded)) return 0;
  }
  while (high - low > 0.5) {
    const double middle = (low + high) / 2;
    (log_e(middle) < goal ? low : high) = middle;
  }
  return static_cast<std::int64_t>(std::ceil(high));
}

AnalysisSettings choose_settings(const AnalysisSpec& spec, const RolloutSpec& rollout,
                                 const StableBaseline& baseline, Duration interval) {
  AnalysisSettings s;
  s.alpha = spec.false_rollback;
  s.beta = spec.missed_regression;
  const double plus = auto_plus(rollout, baseline, s.beta);
  s.errors = spec.errors.margins.value_or(
      MarginPair{{kAutoRollbackTimes, plus / 3}, {kAutoPromoteTimes, plus}});
  if (spec.latency.margins) s.latency = *spec.latency.margins;
  for (const auto& [bound, share] : baseline.slower_share) {
    if (share <= kUsableExceedance) s.latency_bounds.push_back(bound);
  }
  s.latency_bounds = thinned(std::move(s.latency_bounds));
  s.warm_up = spec.warm_up;
  s.warm_up_off = baseline.instances_usually_young;
  s.evidence_soak = std::clamp<Duration>(interval * kEvidenceIntervals, seconds(1), kEvidenceSoak);
  // The bake is the soak; its length is the user's choice.
  s.promote_soak = rollout.bake.duration > Duration{} ? Duration{} : kFinalSoak;
  s.planned_intervals =
      std::max<std::int64_t>(1, rollout.deadline / std::max<Duration>(interval, minutes(1)));
  if (baseline.requests_per_second > 0) {
    s.stable_error_rate = baseline.error_rate;
    for (double bound : s.latency_bounds) s.stable_slower[bound] = baseline.slower_share.at(bound);
  }
  return s;
}

Json settings_to_json(const AnalysisSettings& s) {
  Json hour = nullptr;
  if (s.stable_error_rate) {
    Json slower = Json::array();
    for (const auto& [bound, share] : s.stable_slower) slower.push_back({bound, share});
    hour = {{"errors", *s.stable_error_rate}, {"slower", std::move(slower)}};
  }
  return {{"alpha", s.alpha},
          {"beta", s.beta},
          {"errors", pair_json(s.errors)},
          {"latency", pair_json(s.latency)},
          {"bounds", s.latency_bounds},
          {"warmUp", s.warm_up.count()},
          {"warmUpOff", s.warm_up_off},
          {"planned", s.planned_intervals},
          {"capRollback", s.cap_rollback},
          {"capPromote", s.cap_promote},
          {"evidenceSoak", s.evidence_soak.count()},
          {"soak", s.promote_soak.count()},
          {"stableHour", std::move(hour)}};
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
  if (!ok) return bad_input("stored analysis settings are not of the shape this release keeps");
  s.warm_up = Duration(at("warmUp").get<std::int64_t>());
  s.planned_intervals = std::max<std::int64_t>(1, at("planned").get<std::int64_t>());
  s.promote_soak = Duration(at("soak").get<std::int64_t>());
  s.evidence_soak = std::clamp<Duration>(Duration(at("evidenceSoak").get<std::int64_t>()),
                                         seconds(1), kEvidenceSoak);
  s.warm_up_off = bool_or(json, "warmUpOff", false);
  s.cap_rollback = bool_or(json, "capRollback", true);
  s.cap_promote = bool_or(json, "capPromote", true);
  return s;
}

std::string settings_hash(const AnalysisSettings& settings) {
  return fmt::format("{:016x}", stable_hash(dump_json(settings_to_json(settings))));
}

}  // namespace freshet
