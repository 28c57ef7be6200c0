// Evidence as JSON: short arrays of numbers, milliseconds for times, nothing that is not finite.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/evidence.h"

namespace freshet {
namespace {

Json time_json(TimePoint t) { return t.time_since_epoch().count(); }
Json time_json(const std::optional<TimePoint>& t) { return t ? time_json(*t) : Json(nullptr); }

Json totals_json(const ArmTotals& totals) { return {totals.requests, totals.errors}; }

// Multiples of 1/units as whole numbers: short, and exact.
template <std::size_t N>
Json wholes_json(const std::array<double, N>& values, double units = kLogUnits) {
  Json out = Json::array();
  for (const double value : values) out.push_back(std::llround(value * units));
  return out;
}

template <std::size_t N>
Json mixture_json(const Mixture<N>& process) {
  return {wholes_json(process.from_start), wholes_json(process.late)};
}

// null: as the value that is kept beside it, which is most often so.
Json metric_json(const MetricEvidence& m, const MetricEvidence* before) {
  const bool no_cap_bit = m.uncapped == m.capped;
  const bool same_requests = before != nullptr && m.in_favour.slack == before->in_favour.slack;
  return {mixture_json(m.capped), no_cap_bit ? Json(nullptr) : mixture_json(m.uncapped),
          wholes_json(m.in_favour.data),
          same_requests ? Json(nullptr) : wholes_json(m.in_favour.slack, kSlackUnits),
          wholes_json(m.full_load.logs)};
}

Json metrics_json(const std::vector<MetricEvidence>& metrics) {
  Json out = Json::array();
  const MetricEvidence* before = nullptr;
  for (const MetricEvidence& metric : metrics) {
    out.push_back(metric_json(metric, before));
    before = &metric;
  }
  return out;
}

Json watches_json(const ArmWatches& watches) {
  return wholes_json(std::array<double, 2>{watches.canary.level, watches.stable.level});
}

Json objective_json(const ObjectiveEvidence& o) {
  return {mixture_json(o.alone), mixture_json(o.beside_stable), watches_json(o.watches)};
}

Json check_json(const CheckEvidence& c) {
  return {mixture_json(c.process), c.looks, c.worse, time_json(c.last)};
}

Json share_json(const ShareNoise& n) {
  return {n.block.part, n.block.whole, n.reference.part, n.reference.whole,
          n.sum,        n.spread,      n.weight};
}

Json noise_json(const NoiseEvidence& noise) {
  Json out = {{"since", time_json(noise.since)},
              {"requests", share_json(noise.requests)},
              {"errors", share_json(noise.errors)},
              {"halves", share_json(noise.halves)}};
  if (noise.outage) out["outage"] = true;
  return out;
}

template <class T, class Print>
Json list_json(const std::vector<T>& list, const Print& print) {
  Json out = Json::array();
  for (const T& item : list) out.push_back(print(item));
  return out;
}

// Pods' times as milliseconds before `end`, which is short.
Json reader_json(const ReaderState& reader) {
  const TimePoint end = reader.end.value_or(TimePoint{});
  const auto before = [end](TimePoint t) { return Json((end - t).count()); };
  Json pods = Json::object();
  for (const auto& [pod, memory] : reader.pods) {
    pods[pod] =
        memory.since ? Json{before(memory.used), before(*memory.since)} : before(memory.used);
  }
  Json activators = Json::object();
  for (const auto& [name, used] : reader.activators) activators[name] = before(used);
  return {
      {"end", time_json(reader.end)},        {"period", reader.period.count()},
      {"newest", time_json(reader.newest)},  {"stableNewest", time_json(reader.stable_newest)},
      {"canarySeen", reader.canary_seen},    {"pods", std::move(pods)},
      {"activators", std::move(activators)}, {"activatorsSawCanary", reader.activators_saw_canary}};
}

}  // namespace

Json evidence_to_json(const Evidence& e) {
  return {{"v", kEvidenceFormat},
          {"candidate", e.candidate_uid},
          {"settings", e.settings},
          {"metrics", metrics_json(e.metrics)},
          {"lost",
           {mixture_json(e.lost.against), std::llround(e.lost.in_favour * kLogUnits),
            e.lost.uncapped == e.lost.against ? Json(nullptr) : mixture_json(e.lost.uncapped)}},
          {"objectives", list_json(e.objectives, objective_json)},
          {"checks", list_json(e.checks, check_json)},
          {"hour", watches_json(e.hour)},
          {"noise", noise_json(e.noise)},
          {"percent", e.percent},
          {"stepSince", time_json(e.step_since)},
          {"stepObserved", e.step_observed.count()},
          {"lastEnd", time_json(e.last_end)},
          {"lastLength", e.last_length.count()},
          {"unbrokenSince", time_json(e.unbroken_since)},
          {"lastTraffic", time_json(e.last_traffic)},
          {"lastStableTraffic", time_json(e.last_stable_traffic)},
          {"lastCanaryTraffic", time_json(e.last_canary_traffic)},
          {"warmingUp", e.warming_up},
          {"lateStart", time_json(e.late_start)},
          {"lateStarts", e.late_starts},
          {"canary", totals_json(e.canary)},
          {"stable", totals_json(e.stable)},
          {"stepCanary", totals_json(e.step_canary)},
          {"stepStable", totals_json(e.step_stable)},
          {"reader", reader_json(e.reader)}};
}

}  // namespace freshet
