// Recorded intervals: the line format, what a bad line is told, and where judging ends.
#include "analysis/replay.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tests/analysis/simulate.h"

namespace freshet {
namespace {

constexpr const char* kGoodLine =
    R"({"at":120,"canary":{"requests":60,"errors":1,"slower":{"0.1":4,"0.25":1},"young":2},)"
    R"("stable":{"requests":540,"errors":2,"slower":{"0.1":30,"0.25":9}},"percent":10})";

std::string recording(double canary_errors, double stable_errors, int lines, int from = 1) {
  ArmTraffic traffic(11);
  std::string out;
  for (int i = from; i < from + lines; ++i) {
    const auto arm = [&](double rate, double mean) {
      const std::int64_t n = traffic.poisson(mean);
      return fmt::format(R"({{"requests":{},"errors":{},"slower":{{"0.1":{},"0.25":0}}}})", n,
                         traffic.binomial(n, rate), traffic.binomial(n, 0.1));
    };
    const std::string canary = arm(canary_errors, 50);
    out += fmt::format(R"({{"at":{},"canary":{},"stable":{},"percent":10}})"
                       "\n",
                       i * 10, canary, arm(stable_errors, 450));
  }
  return out;
}

TEST(Replay, ReadsALineAsTheIntervalItDescribes) {
  const Result<Interval> read = parse_replay_line(kGoodLine, TimePoint(seconds(110)), seconds(10));
  ASSERT_TRUE(read) << read.error().message;
  const Interval expected{TimePoint(seconds(110)),
                          TimePoint(seconds(120)),
                          {60, 1, {{0.1, 4}, {0.25, 1}}, 2},
                          {540, 2, {{0.1, 30}, {0.25, 9}}, 0},
                          10,
                          false};
  EXPECT_EQ(*read, expected);
}

TEST(Replay, TheFirstLineIsOneIntervalLong) {
  const Result<Interval> read = parse_replay_line(kGoodLine, std::nullopt, seconds(30));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->start, TimePoint(seconds(90)));
}

TEST(Replay, SaysOfABadLineItsNumberAndWhatIsWrong) {
  const std::string arm = R"({"requests":10,"errors":0})";
  const auto line = [&](const std::string& canary) {
    return R"({"at":20,"canary":)" + canary + R"(,"stable":)" + arm + R"(,"percent":10})";
  };
  const std::pair<std::string, std::string> rows[] = {
      {"{", "line 2: "},
      {"[1]", "line 2: not an object"},
      {R"({"canary":{}})", "line 2: at: missing"},
      {R"({"at":"20"})", "line 2: at: not a number"},
      {R"({"at":10,"missing":true})", "line 2: at: not after the line before it"},
      {R"({"at":20,"missing":1})", "line 2: missing: neither true nor false"},
      {R"({"at":20,"cannary":{}})", "line 2: line: unknown field \"cannary\", did you mean"},
      {R"({"at":20,"percent":10})", "line 2: canary: missing"},
      {line("3"), "line 2: canary: not an object"},
      {line(R"({"errors":0})"), "line 2: canary.requests: missing"},
      {line(R"({"requests":1.5,"errors":0})"), "line 2: canary.requests: not a whole number"},
      {line(R"({"requests":-1,"errors":0})"), "line 2: canary.requests: not a whole number"},
      {line(R"({"requests":1,"errors":2})"), "line 2: canary.errors: more than its requests"},
      {line(R"({"requests":1,"errors":0,"young":2})"), "line 2: canary.young: more than"},
      {line(R"({"requests":1,"errors":0,"slower":[]})"), "line 2: canary.slower: not an object"},
      {line(R"({"requests":1,"errors":0,"slower":{"x":0}})"), "\"x\" is not a bound in seconds"},
      {line(R"({"requests":1,"errors":0,"slower":{"1":2}})"), "more than its requests"},
      {line(R"({"requests":1,"errors":0,"slower":{"1":0,"1.0":0}})"), "stands twice"},
      {line(R"({"requests":1,"errors":0,"slow":{}})"), "canary: unknown field \"slow\""},
      {R"({"at":20,"canary":)" + arm + R"(,"stable":)" + arm + "}", "line.percent: missing"},
      {R"({"at":20,"canary":)" + arm + R"(,"stable":)" + arm + R"(,"percent":100})",
       "percent: not a whole number from 1 to 99"},
  };
  for (const auto& [bad, expected] : rows) {
    const std::string first = R"({"at":10,"missing":true})";
    const auto report = replay(first + "\n" + bad + "\n", {});
    ASSERT_FALSE(report) << bad;
    EXPECT_EQ(report.error().kind, ErrorKind::kBadInput);
    EXPECT_NE(report.error().message.find(expected), std::string::npos) << bad << "\n"
                                                                        << report.error().message;
  }
}

TEST(Replay, AnEmptyRecordingIsAnError) { EXPECT_FALSE(replay("\n \n", {})); }

TEST(Replay, AWorseCanaryIsRolledBackAndTheReplayStopsThere) {
  const auto report = replay(recording(0.08, 0.002, 200), {});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->end, VerdictKind::kRollback);
  EXPECT_LT(report->lines.size(), 15U);
  EXPECT_EQ(report->lines.back().verdict.metric, "errors");
}

TEST(Replay, AGoodCanaryIsPromotedAfterItsSoak) {
  const auto report = replay(recording(0.002, 0.002, 400), {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->end, VerdictKind::kPromote);
  const auto& first = report->lines.front().interval.start;
  EXPECT_GE(report->lines.back().interval.end - first, kFinalSoak);
}

TEST(Replay, AllGoesOnBehindTheEnd) {
  ReplayOptions options;
  options.all = true;
  const auto report = replay(recording(0.08, 0.002, 50), options);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->lines.size(), 50U);
  EXPECT_EQ(report->end, VerdictKind::kRollback);
}

TEST(Replay, AMissingIntervalChangesNoEvidence) {
  const std::string lines = recording(0.002, 0.002, 20);
  const std::string gap = R"({"at":205,"missing":true})";
  const auto without = replay(lines, {});
  const auto with = replay(lines + gap, {});
  ASSERT_TRUE(without && with);
  EXPECT_EQ(without->lines.back().verdict.rollback_evidence,
            with->lines.back().verdict.rollback_evidence);
  EXPECT_EQ(without->lines.back().verdict.promote_evidence,
            with->lines.back().verdict.promote_evidence);
}

TEST(Replay, TheBeginningOfARecordingIsJudgedTheSameWithoutTheRest) {
  const std::string text = recording(0.01, 0.002, 60);
  const std::string half = text.substr(0, text.find("{\"at\":310"));
  ReplayOptions options;
  options.all = true;
  const auto whole = replay(text, options);
  const auto part = replay(half, options);
  ASSERT_TRUE(whole && part);
  ASSERT_EQ(part->lines.size(), 30U);
  for (std::size_t i = 0; i < part->lines.size(); ++i) {
    EXPECT_EQ(part->lines[i], whole->lines[i]);
  }
}

TEST(Replay, PrintsOneObjectALineInAFixedOrder) {
  const auto report = replay(std::string(kGoodLine) + "\n", {});
  ASSERT_TRUE(report) << report.error().message;
  const std::string text = print_replay_json(report->lines.front());
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const auto json = nlohmann::ordered_json::parse(text);
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  const std::vector<std::string> expected = {"at",       "verdict",   "holds",  "metric",
                                             "evidence", "threshold", "canary", "stable",
                                             "needed",   "sentence"};
  EXPECT_EQ(keys, expected);
  EXPECT_EQ(json["at"], 120);
  EXPECT_EQ(json["verdict"], "Continue");
  EXPECT_EQ(json["canary"].dump(), R"({"requests":60,"errors":1})");
  EXPECT_NEAR(json["threshold"]["rollback"].get<double>(), 6.908, 1e-3);
  EXPECT_TRUE(json["evidence"]["promote"].contains("latency 0.25"));
  EXPECT_GT(json["needed"].get<int>(), 100);
}

TEST(Replay, ALineThatWasPrintedIsReadAsTheIntervalThatItWas) {
  ArmTraffic traffic(17);
  const std::vector<double> bounds = {0.005, 0.1, 0.25, 1, 2.5, 1.0 / 3, 7.5e5};
  TimePoint before = kSimulationStart;
  for (int round = 0; round < 500; ++round) {
    const Duration length = milliseconds(1 + traffic.binomial(60'000, 0.3));
    const int percent = 1 + static_cast<int>(traffic.binomial(98, traffic.uniform(0, 1)));
    ArmRates rates{traffic.uniform(0, 1), {}};
    for (double bound : bounds) {
      if (traffic.uniform(0, 1) < 0.5) rates.slower[bound] = traffic.uniform(0, 1);
    }
    Interval interval = traffic.interval(before, length, 40, percent, rates, rates);
    interval.canary.young = traffic.binomial(interval.canary.requests, 0.2);
    interval.stable.observed = milliseconds(traffic.binomial(60'000, 0.3));
    interval.stable_half = {interval.stable.requests, interval.stable.errors / 2};
    interval.checks["memory"] = {traffic.uniform(0, 1e9), 1.0 / 3};
    if (round % 7 == 0) interval = {before, before + length, {}, {}, 0, true};
    const std::string line = print_recording_line(interval);
    const auto read = parse_replay_line(line, before, seconds(10));
    ASSERT_TRUE(read) << line << "\n" << read.error().message;
    EXPECT_EQ(*read, interval) << line;
    EXPECT_EQ(print_recording_line(*read), line);
    before = interval.end;
  }
  const auto good = parse_replay_line(kGoodLine, std::nullopt, seconds(10));
  EXPECT_EQ(print_recording_line(*good), kGoodLine) << "as a person would write it";
}

TEST(Replay, EachMetricHasItsCountsAndItsPartOfTheEvidenceAtTheLineThatDecided) {
  const std::string text = recording(0.08, 0.002, 200);
  ReplayOptions all;
  all.all = true;
  const auto report = replay(text, {});
  const auto beyond = replay(text, all);
  ASSERT_TRUE(report && beyond);
  EXPECT_EQ(report->metrics, beyond->metrics);
  const Verdict& verdict = report->lines.back().verdict;
  double sum = kLogZero;
  for (const ReplayMetric& metric : report->metrics) {
    EXPECT_TRUE(verdict.against.contains(metric.name)) << metric.name;
    sum = log_add(sum, metric.against);
  }
  EXPECT_NEAR(sum, verdict.rollback_evidence, 1e-9);
  ASSERT_EQ(report->metrics.size(), 3U);
  EXPECT_EQ(report->metrics[0].canary, verdict.canary) << "errors come first";
  EXPECT_EQ(report->metrics[1].canary.requests, verdict.canary.requests);
  EXPECT_EQ(report->metrics[1].name, "latency 0.25");
  EXPECT_EQ(report->metrics[2].name, "requests lost");
  EXPECT_EQ(report->metrics[1].stable.errors, 0) << "none was slower than that";
}

TEST(Replay, PrintsATableWithItsEnd) {
  const auto report = replay(recording(0.08, 0.002, 200), {});
  ASSERT_TRUE(report);
  const std::string table = print_replay_table(*report);
  EXPECT_NE(table.find("SENTENCE"), std::string::npos);
  EXPECT_NE(table.find("worse than stable: errors"), std::string::npos);
  EXPECT_NE(table.find("\nRollback; thresholds: against 6.91, for 3.00"), std::string::npos);
}

}  // namespace
}  // namespace freshet
