// Evidence from JSON: whatever was not written by this release is refused.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/evidence.h"

namespace freshet {
namespace {

constexpr Duration kLatest{253'402'300'800'000};              // 10000-01-01: later times are damage
constexpr std::int64_t kMostCounted = std::int64_t{1} << 53;  // what a JSON number holds exactly

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
  // Milliseconds before another; a sample may be newer than the interval's end.
  TimePoint time_before(const Json& value, TimePoint end) {
    const std::int64_t ms = whole(value);
    if (ms >= -kLatest.count() && ms <= kLatest.count()) return end - Duration(ms);
    fail();
    return {};
  }
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
  // As wholes_json writes them.
  template <std::size_t N>
  std::array<double, N> wholes(const Json& value, double units = kLogUnits) {
    std::array<double, N> out{};
    if (!value.is_array() || value.size() != N) return fail(), out;
    for (std::size_t i = 0; i < N; ++i) {
      const std::int64_t n = whole(value[i]);
      if (n > kMostCounted || n < -kMostCounted) return fail(), out;
      out[i] = static_cast<double>(n) / units;
    }
    return out;
  }

 private:
  bool ok_ = true;
};

template <std::size_t N>
Mixture<N> mixture_from(const Json& json, Fields& fields) {
  Mixture<N> process;
  if (!json.is_array() || json.size() != 2) return fields.fail(), process;
  process.from_start = fields.wholes<N>(json[0]);
  process.late = fields.wholes<N>(json[1]);
  return process;
}

MetricEvidence metric_from(const Json& json, const MetricEvidence* before, Fields& fields) {
  MetricEvidence m;
  if (!json.is_array() || json.size() != 5) return fields.fail(), m;
  m.capped = mixture_from<kAgainstEffects.size()>(json[0], fields);
  m.uncapped = json[1].is_null() ? m.capped : mixture_from<kAgainstEffects.size()>(json[1], fields);
  m.in_favour.data = fields.wholes<kForEffects.size()>(json[2]);
  m.in_favour.slack = json[3].is_null() && before != nullptr
                          ? before->in_favour.slack
                          : fields.wholes<kForEffects.size()>(json[3], kSlackUnits);
  m.full_load.logs = fields.wholes<kRateEffects.size()>(json[4]);
  return m;
}

std::vector<MetricEvidence> metrics_from(const Json& json, Fields& fields) {
  std::vector<MetricEvidence> out;
  if (!json.is_array() || json.size() > kMaxMetrics) return fields.fail(), out;
  for (const Json& item : json) {
    out.push_back(metric_from(item, out.empty() ? nullptr : &out.back(), fields));
  }
  return out;
}

LossEvidence loss_from(const Json& json, Fields& fields) {
  LossEvidence lost;
  if (!json.is_array() || json.size() < 2 || json.size() > 3) return fields.fail(), lost;
  lost.against = mixture_from<kLossEffects.size()>(json[0], fields);
  lost.in_favour = static_cast<double>(fields.whole(json[1])) / kLogUnits;
  const bool is_same = json.size() == 2 || json[2].is_null();  // an older release wrote two
  lost.uncapped = is_same ? lost.against : mixture_from<kLossEffects.size()>(json[2], fields);
  return lost;
}

ArmWatches watches_from(const Json& json, Fields& fields) {
  const auto levels = fields.wholes<2>(json);
  return {{levels[0]}, {levels[1]}};
}

ObjectiveEvidence objective_from(const Json& json, Fields& fields) {
  ObjectiveEvidence o;
  if (!json.is_array() || json.size() != 3) return fields.fail(), o;
  o.alone = mixture_from<kRateEffects.size()>(json[0], fields);
  o.beside_stable = mixture_from<kAgainstEffects.size()>(json[1], fields);
  o.watches = watches_from(json[2], fields);
  return o;
}

CheckEvidence check_from(const Json& json, Fields& fields) {
  CheckEvidence c;
  if (!json.is_array() || json.size() != 4) return fields.fail(), c;
  c.process = mixture_from<kWorseChances.size()>(json[0], fields);
  c.looks = fields.count(json[1]);
  c.worse = fields.count(json[2]);
  c.last = fields.optional_time(json[3]);
  return c;
}

ShareNoise share_from(const Json& json, Fields& fields) {
  const auto n = fields.numbers<7>(json);
  if (std::ranges::any_of(n, [](double value) { return value < 0; })) fields.fail();
  return {{n[0], n[1]}, {n[2], n[3]}, n[4], n[5], n[6]};
}

NoiseEvidence noise_from(const Json& json, Fields& fields) {
  const auto at = [&json](std::string_view key) -> const Json& { return at_path(json, {key}); };
  return {fields.optional_time(at("since")), share_from(at("requests"), fields),
          share_from(at("errors"), fields), share_from(at("halves"), fields), at("outage") == true};
}

template <class T, class Read>
std::vector<T> list_from(const Json& json, std::size_t most, const Read& read, Fields& fields) {
  std::vector<T> out;
  if (!json.is_array() || json.size() > most) return fields.fail(), out;
  for (const Json& item : json) out.push_back(read(item, fields));
  return out;
}

PodMemory pod_from(const Json& json, TimePoint end, Fields& fields) {
  if (!json.is_array()) return {fields.time_before(json, end), std::nullopt};
  if (json.size() != 2) return fields.fail(), PodMemory{};
  return {fields.time_before(json[0], end), fields.time_before(json[1], end)};
}

ReaderState reader_from(const Json& json, Fields& fields) {
  ReaderState reader;
  reader.end = fields.optional_time(at_path(json, {"end"}));
  const TimePoint end = reader.end.value_or(TimePoint{});
  reader.period = fields.duration(at_path(json, {"period"}));
  reader.newest = fields.optional_time(at_path(json, {"newest"}));
  reader.stable_newest = fields.optional_time(at_path(json, {"stableNewest"}));
  reader.canary_seen = bool_or(json, "canarySeen", false);
  const Json& pods = at_path(json, {"pods"});
  if (!pods.is_object() || pods.size() > kMaxRememberedPods) return fields.fail(), reader;
  for (const auto& [pod, memory] : pods.items()) reader.pods[pod] = pod_from(memory, end, fields);
  reader.activators_saw_canary = bool_or(json, "activatorsSawCanary", false);
  const Json& activators = at_path(json, {"activators"});
  if (!activators.is_object() || activators.size() > kMaxRememberedActivators) {
    return fields.fail(), reader;
  }
  for (const auto& [name, used] : activators.items())
    reader.activators[name] = fields.time_before(used, end);
  return reader;
}

}  // namespace

Result<Evidence> evidence_from_json(const Json& json) {
  const auto bad = [] { return bad_input("stored evidence is not of the shape kept today"); };
  if (int_or(json, "v", 0) != kEvidenceFormat) return bad();
  Fields fields;
  Evidence e;
  const auto at = [&json](std::string_view key) -> const Json& { return at_path(json, {key}); };
  e.candidate_uid = fields.text(at("candidate"));
  e.settings = fields.text(at("settings"));
  e.metrics = metrics_from(at("metrics"), fields);
  e.lost = loss_from(at("lost"), fields);
  e.objectives =
      list_from<ObjectiveEvidence>(at("objectives"), kMaxObjectives, objective_from, fields);
  e.checks = list_from<CheckEvidence>(at("checks"), kMaxChecks, check_from, fields);
  e.hour = watches_from(at("hour"), fields);
  e.noise = noise_from(at("noise"), fields);
  const std::int64_t percent = fields.count(at("percent"));
  if (percent > 100) fields.fail();
  e.percent = static_cast<int>(percent);
  e.step_since = fields.time(at("stepSince"));
  e.step_observed = fields.duration(at("stepObserved"));
  e.last_end = fields.optional_time(at("lastEnd"));
  e.last_length = fields.duration(at("lastLength"));
  e.unbroken_since = fields.time(at("unbrokenSince"));
  e.last_traffic = fields.optional_time(at("lastTraffic"));
  e.last_stable_traffic = fields.optional_time(at("lastStableTraffic"));
  e.last_canary_traffic = fields.optional_time(at("lastCanaryTraffic"));
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
