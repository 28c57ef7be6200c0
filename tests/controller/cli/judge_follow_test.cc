// freshet judge --record SERVICE: rollouts of the simulated cluster, recorded while they go on.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "analysis/replay.h"
#include "tests/controller/cli/cli_bed.h"

namespace freshet {
namespace {

struct RolloutRow {
  const char* name;
  double error_rate;
  VerdictKind end;
  int last_percent;
};
void PrintTo(const RolloutRow& row, std::ostream* out) { *out << row.name; }

class RecordedRollouts : public ::testing::TestWithParam<RolloutRow> {};
INSTANTIATE_TEST_SUITE_P(Rebuilds, RecordedRollouts,
                         ::testing::Values(RolloutRow{"Good", .001, VerdictKind::kPromote, 20},
                                           RolloutRow{"Bad", .05, VerdictKind::kRollback, 5}),
                         [](const auto& row) { return std::string(row.param.name); });

// Without a bake the last step itself is watched until it may be promoted, as a replay does it.
const Json kTracked = {{"apiVersion", "freshet.dev/v1alpha1"},
                       {"kind", "TrackedService"},
                       {"metadata", {{"name", "checkout"}, {"namespace", "shop"}}},
                       {"spec", {{"rollout", {{"steps", {5, 20}}, {"bake", {{"for", "0s"}}}}}}}};

TEST_P(RecordedRollouts, AreFollowedFromTheirFirstPercentToWhatTheControllerDecided) {
  CliBed bed;
  bed.serve("checkout");
  ASSERT_TRUE(bed.cluster.world().create(kTracked));
  ASSERT_EQ(bed.run({"status", "checkout", "--wait", "--timeout", "10m"}).exit_code, kDone);
  bed.rebuild("checkout", GetParam().error_rate);
  const CliRun ran = bed.run({"judge", "--record", "-", "checkout", "--prometheus",
                              "http://prometheus.sandbox", "--for", "5h"});
  EXPECT_EQ(ran.exit_code, kDone);
  EXPECT_NE(ran.err.find("waiting for one\n"), std::string::npos) << ran.err;
  EXPECT_TRUE(ran.err.ends_with("; the rollout is over\n")) << ran.err;
  const auto report = replay(ran.out, {});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->end, GetParam().end) << print_replay_table(*report);
  EXPECT_EQ(report->lines[1].interval.percent, 5);
  EXPECT_EQ(report->lines.back().interval.percent, GetParam().last_percent);
}

TEST(JudgeFollow, AServiceThatNobodyTracksIsAnErrorAtOnce) {
  CliBed bed;
  const CliRun ran =
      bed.run({"judge", "--record", "-", "checkout", "--prometheus", "http://prometheus.sandbox"});
  EXPECT_EQ(ran.exit_code, kFailed);
  EXPECT_NE(ran.err.find("no service checkout is tracked in namespace shop"), std::string::npos)
      << ran.err;
}

TEST(JudgeFollow, WordsThatDoNotGoTogetherAreRefused) {
  const std::pair<std::vector<std::string>, const char*> rows[] = {
      {{}, "either --replay FILE or --record FILE is required"},
      {{"--record", "-", "--replay", "-"}, "either --replay FILE or --record FILE is required"},
      {{"--record", "-", "checkout"}, "--record needs --prometheus"},
      {{"--record", "-", "--prometheus", "http://p"},
       "--record needs either SERVICE, or --stable, --canary and --percent"},
      {{"--record", "-", "checkout", "--prometheus", "http://p", "--percent", "5"},
       "--record needs either SERVICE, or --stable, --canary and --percent"},
      {{"--record", "-", "--prometheus", "http://p", "--stable", "a", "--canary", "b", "--percent",
        "5"},
       "--stable and --canary need their --namespace"},
      {{"--record", "/no/such/place/file", "checkout", "--prometheus", "http://p"},
       "cannot write /no/such/place/file"},
  };
  for (const auto& [words, said] : rows) {
    CliBed bed;
    std::vector<std::string> all{"judge"};
    all.insert(all.end(), words.begin(), words.end());
    const CliRun ran = bed.run(all);
    EXPECT_EQ(ran.exit_code, kUsage) << said;
    EXPECT_EQ(ran.err, "freshet: " + std::string(said) + "\n");
  }
}

}  // namespace
}  // namespace freshet
