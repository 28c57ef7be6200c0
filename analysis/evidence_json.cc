// Evidence as JSON: short arrays of numbers, milliseconds for times, nothing that is not finite.
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/evidence.h"

namespace freshet {
namespace {

constexpr int kFormat = 1;
constexpr Duration kLatest{253'402'300'800'000};              // 10000-01-01: later times are damage
constexpr std::int64_t kMostCounted = std::int64_t{1} << 53;  // what a JSON number holds exactly

Json time_json(TimePoint t) { return t.time_since_epoch().count(); }
Json time_json(const std::optional<TimePoint>& t) { return t ? time_json(*t) : Json(nullptr); }

Json totals_json(const ArmTotals& totals) { return {totals.requests, totals.errors}; }

Json metric_json(const MetricEvidence& m) {
  return {m.capped.from_start, m.capped.late,     m.uncapped.from_start, m.uncapped.late,
          m.in_favour.data,    m.in_favour.slack, m.full_load.logs};
}

Json reader_json(const ReaderState& reader) {
  Json pods = Json::object();
  for (const auto& [pod, memory] : reader.pods) {
    pods[pod] = memory.since ? Json{time_json(memory.used), time_json(*memory.since)}
                             : time_json(memory.used);
  }
  Json activators = Json::object();
  for (const auto& [name, used] : reader.activators) activators[name] = time_json(used);
  return {
      {"end", time_json(reader.end)},        {"period", reader.period.count()},
      {"newest", time_json(reader.newest)},  {"stableNewest", time_json(reader.stable_newest)},
      {"canarySeen", reader.canary_seen},    {"pods", std::move(pods)},
      {"activators", std::move(activators)}, {"activatorsSawCanary", reader.activators_saw_canary}};
}

// Reads fields one after the other and remembers whether all of them were right.
class Fields {
 public:
  bool ok() const { return ok_; }
  void fail() { ok_ = false; }

  std::int64_t whole(const Json& value) {
    if (value.is_number_integer()) return value.get<std::int64_t>();
    fail();
    return 0;
  }
  std::int64_t count(const Json& value) {
    const std::int64_t n = whole(value);
    if (n >= 0 && n <= kMostCounted) return n;
    fail();
    return 0;
  }
  Duration duration(const Json& value) {
    const Duration read(count(value));
    if (read <= kLatest) return read;
    fail();
    return {};
  }
  TimePoint time(const Json& value) { return TimePoint(duration(value)); }
  std::optional<TimePoint> optional_time(const Json& value) {
    if (value.is_null()) return std::nullopt;
    return time(value);
  }
  std::string text(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    fail();
    return {};
  }
  ArmTotals totals(const Json& value) {
    if (!value.is_array() || value.size() != 2) return fail(), ArmTotals{};
    return {count(value[0]), count(value[1])};
  }
  template <std::size_t N>
  std::array<double, N> numbers(const Json& value) {
    std::array<double, N> out{};
    if (!value.is_array() || value.size() != N) return fail(), out;
    for (std::size_t i = 0; i < N; ++i) {
      if (!value[i].is_number() || !std::isfinite(value[i].get<double>())) return fail(), out;
      out[i] = value[i].get<double>();
    }
    return out;
  }

 private:
  bool ok_ = true;
};

MetricEvidence metric_from(const Json& json, Fields& fields) {
  MetricEvidence m;
  if (!json.is_array() || json.size() != 7) return fields.fail(), m;
  m.capped.from_start = fields.numbers<kAgainstEffects.size()>(json[0]);
  m.capped.late = fields.numbers<kAgainstEffects.size()>(json[1]);
  m.uncapped.from_start = fields.numbers<kAgainstEffects.size()>(json[2]);
  m.uncapped.late = fields.numbers<kAgainstEffects.size()>(json[3]);
  m.in_favour.data = fields.numbers<kForEffects.size()>(json[4]);
  m.in_favour.slack = fields.numbers<kForEffects.size()>(json[5]);
  m.full_load.logs = fields.numbers<kFullLoadEffects.size()>(json[6]);
  return m;
}

PodMemory pod_from(const Json& json, Fields& fields) {
  if (!json.is_array()) return {fields.time(json), std::nullopt};
  if (json.size() != 2) return fields.fail(), PodMemory{};
  return {fields.time(json[0]), fields.time(json[1])};
}

ReaderState reader_from(const Json& json, Fields& fields) {
  ReaderState reader;
  reader.end = fields.optional_time(at_path(json, {"end"}));
  reader.period = fields.duration(at_path(json, {"period"}));
  reader.newest = fields.optional_time(at_path(json, {"newest"}));
  reader.stable_newest = fields.optional_time(at_path(json, {"stableNewest"}));
  reader.canary_seen = bool_or(json, "canarySeen", false);
  const Json& pods = at_path(json, {"pods"});
  if (!pods.is_object() || pods.size() > kMaxRememberedPods) return fields.fail(), reader;
  for (const auto& [pod, memory] : pods.items()) reader.pods[pod] = pod_from(memory, fields);
  reader.activators_saw_canary = bool_or(json, "activatorsSawCanary", false);
  const Json& activators = at_path(json, {"activators"});
  if (activators.is_null()) return reader;  // an earlier release kept none
  if (!activators.is_object() || activators.size() > kMaxRememberedActivators) {
    return fields.fail(), reader;
  }
  for (const auto& [name, used] : activators.items()) reader.activators[name] = fields.time(used);
  return reader;
}

}  // namespace

Json evidence_to_json(const Evidence& e) {
  Json metrics = Json::array();
  for (const MetricEvidence& metric : e.metrics) metrics.push_back(metric_json(metric));
  return {{"v", kFormat},
          {"candidate", e.candidate_uid},
          {"settings", e.settings},
          {"metrics", std::move(metrics)},
          {"percent", e.percent},
          {"stepSince", time_json(e.step_since)},
          {"stepObserved", e.step_observed.count()},
          {"lastEnd", time_json(e.last_end)},
          {"lastLength", e.last_length.count()},
          {"lastTraffic", time_json(e.last_traffic)},
          {"warmingUp", e.warming_up},
          {"lateStart", time_json(e.late_start)},
          {"lateStarts", e.late_starts},
          {"canary", totals_json(e.canary)},
          {"stable", totals_json(e.stable)},
          {"stepCanary", totals_json(e.step_canary)},
          {"stepStable", totals_json(e.step_stable)},
          {"reader", reader_json(e.reader)}};
}

Result<Evidence> evidence_from_json(const Json& json) {
  const auto bad = [] { return bad_input("stored evidence is not of the shape kept today"); };
  const Json& metrics = at_path(json, {"metrics"});
  if (int_or(json, "v", 0) != kFormat || !metrics.is_array() || metrics.size() > kMaxMetrics) {
    return bad();
  }
  Fields fields;
  Evidence e;
  const auto at = [&json](std::string_view key) -> const Json& { return at_path(json, {key}); };
  e.candidate_uid = fields.text(at("candidate"));
  e.settings = fields.text(at("settings"));
  for (const Json& metric : metrics) e.metrics.push_back(metric_from(metric, fields));
  const std::int64_t percent = fields.count(at("percent"));
  if (percent > 100) fields.fail();
  e.percent = static_cast<int>(percent);
  e.step_since = fields.time(at("stepSince"));
  e.step_observed = fields.duration(at("stepObserved"));
  e.last_end = fields.optional_time(at("lastEnd"));
  e.last_length = fields.duration(at("lastLength"));
  e.last_traffic = fields.optional_time(at("lastTraffic"));
  e.warming_up = bool_or(json, "warmingUp", false);
  e.late_start = fields.optional_time(at("lateStart"));
  e.late_starts = fields.count(at("lateStarts"));
  e.canary = fields.totals(at("canary"));
  e.stable = fields.totals(at("stable"));
  e.step_canary = fields.totals(at("stepCanary"));
  e.step_stable = fields.totals(at("stepStable"));
  e.reader = reader_from(at("reader"), fields);
  if (!fields.ok()) return bad();
  return e;
}

}  // namespace freshet
