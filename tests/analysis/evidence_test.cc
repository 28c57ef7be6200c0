// Evidence as JSON: exact, small, and closed to what is not a number.
#include "analysis/evidence.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/analysis/simulate.h"

namespace freshet {
namespace {

AnalysisSettings fullest_settings() {
  AnalysisSettings settings;
  settings.latency_bounds = {.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10};
  settings.objectives = {{std::nullopt, 0.02}, {0.5, 0.05}, {1, 0.03}, {5, 0.01}};
  settings.checks = {{"memory"}, {"sales", true}, {"queue"}, {"lag"}};
  settings.stable_error_rate = 0.002;
  for (double bound : settings.latency_bounds) settings.stable_slower[bound] = 0.1;
  return settings;
}

Evidence fullest_evidence() {
  const AnalysisSettings settings = fullest_settings();
  Evidence e = fresh_evidence("8c8a1c5e-2a3b-4c5d-8e9f-0123456789ab", settings);
  ArmTraffic traffic(1);
  ArmRates rates;
  double share = 0.5;
  for (double bound : settings.latency_bounds) rates.slower[bound] = share *= 0.8;
  TimePoint at = kSimulationStart;
  e = start_step(std::move(e), at);
  for (int i = 0; i < 2160; ++i, at += seconds(10)) {
    Interval interval = traffic.interval(at, seconds(10), 1000, 50, rates, rates);
    interval.stable_half = {interval.stable.requests / 2, interval.stable.errors / 2};
    for (const CheckRule& check : settings.checks) interval.checks[check.name] = {1, 2};
    e = advance(std::move(e), interval, settings);
  }
  e.reader.end = at;
  e.reader.period = seconds(15);
  e.reader.newest = at;
  for (std::size_t i = 0; i < kMaxRememberedPods; ++i) {
    e.reader.pods[std::to_string(10000000 + i)] = {at, at - seconds(60)};
  }
  e.reader.stable_newest = at;
  e.reader.activators_saw_canary = true;
  for (std::size_t i = 0; i < kMaxRememberedActivators; ++i) {
    e.reader.activators[std::to_string(20000000 + i)] = at;
  }
  return e;
}

TEST(Evidence, ReadsBackExactlyAfterSixHoursAndStaysUnderItsBound) {
  const Evidence evidence = fullest_evidence();
  const std::string text = dump_json(evidence_to_json(evidence));
  EXPECT_LT(text.size(), kMaxEvidenceBytes);
  const Result<Json> json = parse_json(text);
  ASSERT_TRUE(json) << json.error().message;
  const Result<Evidence> read = evidence_from_json(*json);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, evidence);
}

TEST(Evidence, FreshEvidenceReadsBack) {
  const Evidence evidence = fresh_evidence("uid", AnalysisSettings{});
  const Result<Evidence> read = evidence_from_json(evidence_to_json(evidence));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, evidence);
}

TEST(Evidence, GoesOnTheSameAfterARestartInTheMiddle) {
  const AnalysisSettings settings = fullest_settings();
  ArmTraffic traffic(7);
  ArmRates rates{0.01, {{0.1, 0.3}, {0.25, 0.1}, {0.5, 0.02}}};
  Evidence kept = fresh_evidence("uid", settings);
  Evidence restarted = kept;
  TimePoint at = kSimulationStart;
  for (int i = 0; i < 60; ++i, at += seconds(10)) {
    const Interval interval = traffic.interval(at, seconds(10), 50, 5, rates, rates);
    kept = advance(std::move(kept), interval, settings);
    restarted = *evidence_from_json(evidence_to_json(advance(restarted, interval, settings)));
  }
  EXPECT_EQ(kept, restarted);
}

TEST(Evidence, RefusesWhatIsNotEvidence) {
  const Json good = evidence_to_json(fullest_evidence());
  const auto with = [&good](const char* pointer, Json value) {
    Json out = good;
    out[Json::json_pointer(pointer)] = std::move(value);
    return out;
  };
  const std::pair<const char*, Json> rows[] = {
      {"not an object", Json::array()},
      {"another format", with("/v", 99)},
      {"an infinite number", with("/metrics/0/0/0/0", std::numeric_limits<double>::infinity())},
      {"not a number", with("/metrics/0/0/0/0", std::numeric_limits<double>::quiet_NaN())},
      {"null among numbers", with("/metrics/0/0/0/0", nullptr)},
      {"too few numbers", with("/metrics/0/0/0", Json::array({1, 2}))},
      {"a metric that is a word", with("/metrics/0", "errors")},
      {"too many metrics", with("/metrics", Json(100, good["metrics"][0]))},
      {"a negative count", with("/canary", Json::array({-1, 0}))},
      {"a count no JSON number holds", with("/canary", Json::array({(1LL << 53) + 1, 0}))},
      {"a time before all", with("/lastEnd", std::numeric_limits<std::int64_t>::min())},
      {"a time after all", with("/reader/newest", std::numeric_limits<std::int64_t>::max())},
      {"a length without end", with("/lastLength", std::numeric_limits<std::int64_t>::max())},
      {"a percent above all", with("/percent", 101)},
      {"pods that are a list", with("/reader/pods", Json::array())},
      {"a metric's number that is not whole", with("/metrics/0/0/0/0", 0.5)},
      {"noise below nothing", with("/noise/errors/4", -1)},
      {"too many objectives", with("/objectives", Json(100, good["objectives"][0]))},
      {"checks that are a word", with("/checks", "memory")},
      {"no reader", with("/reader", nullptr)},
  };
  for (const auto& [name, json] : rows) EXPECT_FALSE(evidence_from_json(json)) << name;
}

TEST(Evidence, BelongsToOneCandidateUnderOneSetOfSettings) {
  AnalysisSettings settings;
  const Evidence evidence = fresh_evidence("uid", settings);
  EXPECT_TRUE(belongs_to(evidence, "uid", settings));
  EXPECT_FALSE(belongs_to(evidence, "another", settings));
  settings.errors.promote.plus = 0.001;
  EXPECT_FALSE(belongs_to(evidence, "uid", settings));
}

}  // namespace
}  // namespace freshet
