// Queries of users: worse more often than not, and nothing where there is no value.
#include "analysis/user_check.h"

#include <gtest/gtest.h>

#include "tests/analysis/judging.h"

namespace freshet {
namespace {

TEST(UserCheck, KnowsWhichWayIsWorseAndHowMuchIsNobodysFault) {
  struct Row {
    const char* name;
    CheckRule rule;
    CheckValues values;
    bool worse;
  };
  const Row rows[] = {
      {"a quarter more memory is allowed", {"memory", false, 1.25, 0}, {124, 100}, false},
      {"more than that is not", {"memory", false, 1.25, 0}, {126, 100}, true},
      {"an allowance beside it", {"memory", false, 1.25, 10}, {134, 100}, false},
      {"fewer sales, within the factor", {"sales", true, 1.25, 0}, {81, 100}, false},
      {"fewer than that", {"sales", true, 1.25, 0}, {79, 100}, true},
      {"more sales are no worse", {"sales", true, 1.25, 0}, {1000, 100}, false},
      {"what is as negative as stable is no worse", {"trend", false, 1.25, 0}, {-4, -4}, false},
      {"nor where lower is worse", {"trend", true, 1.25, 0}, {-4, -4}, false},
      {"more negative by more than that is", {"trend", true, 1.25, 0}, {-5, -4}, true},
  };
  for (const Row& row : rows) EXPECT_EQ(is_worse(row.rule, row.values), row.worse) << row.name;
}

Evidence looked_at(const AnalysisSettings& settings, int count,
                   const std::function<CheckValues(int)>& values) {
  Evidence e = started(settings);
  for (int i = 0; i < count; ++i) {
    Interval one = interval(i, {50, 0}, {450, 1});
    one.checks["memory"] = values(i);
    e = advance(std::move(e), one, settings);
  }
  return e;
}

TEST(UserCheck, ACanaryThatIsWorseAllTheTimeIsRolledBack) {
  AnalysisSettings settings;
  settings.checks = {{"memory", false, 1.25, 0}};
  const Evidence e = looked_at(settings, 180, [](int) { return CheckValues{200, 100}; });
  const Verdict v = judged(e, settings, at_percent(10, true));
  EXPECT_EQ(v.kind, VerdictKind::kRollback) << v.sentence;
  EXPECT_EQ(v.metric, "check memory");
  EXPECT_EQ(v.sentence, "worse than stable: check memory, worse in 30 of 30 looks, evidence " +
                            v.sentence.substr(v.sentence.rfind("evidence ") + 9));
}

TEST(UserCheck, OneThatIsWorseEveryOtherTimeIsNot) {
  AnalysisSettings settings;
  settings.checks = {{"memory", false, 1, 0}};
  const Evidence e = looked_at(settings, 360, [](int i) {
    return CheckValues{i / 6 % 2 == 0 ? 1e9 : 1.0, 100};
  });
  EXPECT_LT(judged(e, settings, at_percent(10)).against.at("check memory"), 0);
}

TEST(UserCheck, WithoutAValueNothingIsSaidAndNothingRaised) {
  AnalysisSettings settings;
  settings.checks = {{"memory", false, 1.25, 0}};
  const Evidence e = after(settings, 60, {50, 0}, {450, 1});
  EXPECT_EQ(e.checks.at(0), CheckEvidence{});
  const Verdict v = judged(e, settings, at_percent(10));
  EXPECT_EQ(v.kind, VerdictKind::kContinue);
  EXPECT_EQ(v.holds, std::vector<AnalysisHold>{AnalysisHold::kNoCheckValue});
  EXPECT_EQ(v.sentence,
            "held: check memory gives no value for both Revisions, canary 0/3000 errors against "
            "60/27000");
}

}  // namespace
}  // namespace freshet
