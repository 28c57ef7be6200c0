// judge --replay --explain: whole texts of small reports, and what must hold of great ones.
#include "controller/cli/judge_explain.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/files.h"
#include "base/text.h"
#include "controller/cli/judge_chart.h"
#include "controller/cli/text_layout.h"
#include "tests/controller/cli/cli_bed.h"

namespace freshet {
namespace {

const TimePoint kFirst = parse_rfc3339("2026-11-23T02:10:00Z").value();

std::string expected_text(const std::string& name) {
  const auto text = read_file("tests/controller/cli/expected/" + name + ".txt", 1 << 16);
  return text ? *text : text.error().message;
}

// One interval of ten seconds, and the verdict at its end.
ReplayLine line_at(int number, int percent, double against, std::map<std::string, double> in_favour,
                   std::vector<AnalysisHold> holds = {}) {
  ReplayLine line{number, {}, {}};
  line.interval.start = kFirst + number * seconds(10) - seconds(10);
  line.interval.end = kFirst + number * seconds(10);
  line.interval.percent = percent;
  line.verdict.rollback_evidence = against;
  line.verdict.rollback_threshold = 6.91;
  line.verdict.promote_evidence = std::move(in_favour);
  line.verdict.promote_threshold = 3;
  line.verdict.holds = std::move(holds);
  line.verdict.canary = {number * 50, number};
  line.verdict.metric = "errors";
  line.verdict.sentence = "the sentence of line " + std::to_string(number);
  return line;
}

ReplayReport rollback_report() {
  ReplayReport report;
  report.settings.latency_bounds = {0.1, 0.5};
  const double against[] = {-1, 0.4, 2, 2, 4.5, 7.2};
  for (int i = 0; i < 6; ++i) {
    report.lines.push_back(line_at(i + 1, i < 3 ? 1 : 5, against[i], {{"errors", -i}}));
  }
  report.lines[0].verdict.holds = {AnalysisHold::kWarmingUp};
  report.lines[3].interval.missing = true;
  report.lines[3].verdict.holds = {AnalysisHold::kStaleMetrics};
  report.lines[5].verdict.kind = report.end = VerdictKind::kRollback;
  report.metrics = {{"errors", {300, 14}, {5800, 12}, 7.19},
                    {"latency 0.5", {300, 3}, {5800, 60}, -1234.5}};
  return report;
}

ReplayReport promote_report() {
  ReplayReport report;
  for (int i = 1; i <= 9; ++i) {
    report.lines.push_back(
        line_at(i, 10, -0.2 * i, {{"errors", 0.5 * i}, {"latency 0.5", 0.6 * i}}));
  }
  report.lines[8].verdict.kind = report.end = VerdictKind::kPromote;
  report.metrics = {{"errors", {450, 1}, {4050, 8}, -1.8}};
  return report;
}

TEST(Explain, ShowsHowARollbackCameAboutAndWhatHeldItUp) {
  EXPECT_EQ(explain_replay(rollback_report(), {60, false, false}),
            expected_text("explain_rollback"));
}

TEST(Explain, ShowsAPromotionInPlainCharactersWhereTheTerminalKnowsNoOthers) {
  EXPECT_EQ(explain_replay(promote_report(), {60, false, true}), expected_text("explain_promote"));
}

TEST(Explain, SaysOfWhatIsOpenHowMuchIsNeeded) {
  ReplayReport report = promote_report();
  report.lines.resize(3);
  report.end = VerdictKind::kContinue;
  report.lines.back().verdict.needed = 1234;
  EXPECT_EQ(why_it_ended(report),
            "Neither was shown in 30s: evidence against is -0.60 of 6.91, and the least evidence "
            "for, that of errors, 1.50 of 3.00. About 1,234 more requests of the candidate are "
            "needed, at stable's rate. So far the candidate has had 150 requests. The verdict's "
            "own words: the sentence of line 3.");
}

TEST(Explain, WithColoursOnlyTheColoursAreMore) {
  const std::string plain = explain_replay(rollback_report(), {60, false, false});
  std::string painted = explain_replay(rollback_report(), {60, true, false});
  EXPECT_NE(painted, plain);
  for (std::size_t at = 0; (at = painted.find('\x1b')) != painted.npos;) {
    painted.erase(at, painted.find('m', at) + 1 - at);
  }
  EXPECT_EQ(painted, plain);
}

TEST(Explain, IsAsWideAsTheTerminalHoweverLongTheRecording) {
  ReplayReport report;
  for (int i = 1; i <= 25'000; ++i) {
    report.lines.push_back(line_at(i, 10, i == 12'345 ? 6.5 : 0.1, {{"errors", 1}}));
  }
  for (const std::size_t columns : {40U, 80U, 200U}) {
    const Chart chart = chart_of(report, columns);
    EXPECT_EQ(chart.columns.size(), columns);
    EXPECT_EQ(std::ranges::max(chart.columns, {}, &ChartColumn::against).against, 6.5)
        << "a peak of one interval is not lost";
    const std::string drawn = draw_chart(report, columns, false);
    for (const std::string& line : split(drawn, '\n')) {
      EXPECT_LE(width_of(line), columns) << line;
    }
  }
}

TEST(Explain, EveryCharacterOfItHasAPlainOne) {
  const std::string plain = in_ascii(explain_replay(rollback_report(), {80, false, false}));
  EXPECT_TRUE(std::ranges::all_of(plain, [](char c) { return c > 0; }));
  EXPECT_EQ(plain.find('?', plain.find("METRIC")), plain.npos) << plain;
  EXPECT_EQ(in_ascii("a→é\xff."), "a???.");
}

TEST(Explain, ShowsTheRecordingsThatShipAsExamples) {
  const std::pair<std::string, std::string> rows[] = {{"bad", "\nRollback after "},
                                                      {"good", "\nPromote after "}};
  for (const auto& [name, said] : rows) {
    const std::string file = "examples/" + name + "-rollout.jsonl";
    const auto text = read_file(file, 1 << 20);
    ASSERT_TRUE(text) << text.error().message;
    EXPECT_LT(std::ranges::count(*text, '\n'), 200);
    CliBed bed;
    const CliRun plain = bed.run({"judge", "--replay", "-", "--explain"}, *text);
    EXPECT_NE(plain.out.find(said), plain.out.npos) << plain.out << plain.err;
    EXPECT_EQ(plain.out.find("█"), plain.out.npos) << "the locale does not say UTF-8";
    bed.variables["LANG"] = "en_US.UTF-8";
    EXPECT_NE(bed.run({"judge", "--replay", "-", "--explain"}, *text).out.find("█"),
              std::string::npos);
    EXPECT_EQ(bed.run({"judge", "--replay", "-", "--explain", "--ascii"}, *text).out, plain.out);
  }
}

TEST(Explain, GoesWithAReplayForPeople) {
  CliBed bed;
  EXPECT_EQ(bed.run({"judge", "--replay", "-", "--explain", "-o", "json"}).err,
            "freshet: --explain goes with --replay, and without -o json\n");
}

}  // namespace
}  // namespace freshet
