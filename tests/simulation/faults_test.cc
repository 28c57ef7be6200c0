// Bad answers of every server, in virtual time: traffic stays as it was, and status says why.
#include <gtest/gtest.h>

#include "tests/simulation/tracked_shop.h"

namespace freshet {
namespace {

struct BadAnswer {
  const char* sentence;
  sandbox::Fault fault;
};

const std::vector<BadAnswer>& bad_answers() {
  static const std::vector<BadAnswer> rows = {
      {"the connection breaks", {0, ""}},
      {"401", {401, R"({"kind":"Status","code":401,"message":"Unauthorized"})"}},
      {"403", {403, R"({"kind":"Status","code":403,"message":"forbidden"})"}},
      {"404", {404, R"({"kind":"Status","code":404,"message":"not found"})"}},
      {"409", {409, R"({"kind":"Status","code":409,"message":"modified"})"}},
      {"410", {410, R"({"kind":"Status","code":410,"reason":"Expired"})"}},
      {"422", {422, R"({"kind":"Status","code":422,"message":"invalid"})"}},
      {"429", {429, "slow down"}},
      {"500", {500, "oops"}},
      {"503", {503, ""}},
      {"a truncated answer", {200, R"({"status":"succ)"}},
      {"an answer that is not JSON", {200, "<html>hello</html>"}},
      {"an answer of the wrong shape", {200, R"({"status":["success"],"items":7})"}},
      {"an oversize answer", {200, std::string(9 << 20, 'x')}},
  };
  return rows;
}

// A rollout at its first step meets the fault for ten minutes, and goes on to its end afterwards.
void meets(std::string_view host, const BadAnswer& row) {
  SCOPED_TRACE(std::string(host) + ": " + row.sentence);
  TrackedShop shop(Pace::kQuick);
  shop.adopt();
  shop.rebuild(0.002);
  ASSERT_TRUE(shop.until_phase("Shifting", minutes(5)));
  shop.cluster().run_until(shop.cluster().now() + seconds(30));
  const sandbox::Program before = shop.programmed();
  shop.cluster().world().fail(host, row.fault, minutes(4));
  shop.cluster().run_until(shop.cluster().now() + minutes(4) - seconds(1));
  EXPECT_EQ(shop.programmed(), before);
  EXPECT_TRUE(shop.until_outcome("Promoted", hours(1))) << shop.status().message;
}

TEST(BadAnswers, OfPrometheusHoldARolloutThatGoesOnAfterwards) {
  for (const BadAnswer& row : bad_answers()) meets(sandbox::kPrometheusHost, row);
}

TEST(BadAnswers, OfTheApiServerLeaveTrafficAsItWas) {
  for (const BadAnswer& row : bad_answers()) meets(sandbox::kKubeHost, row);
}

TEST(BadAnswers, OfTheRegistryLeaveTrafficAsItWas) {
  for (const BadAnswer& row : bad_answers()) {
    SCOPED_TRACE(row.sentence);
    TrackedShop shop(Pace::kQuick);
    shop.adopt();
    const sandbox::Program before = shop.programmed();
    shop.cluster().world().fail("registry.sandbox", row.fault, minutes(10));
    shop.rebuild(0.002);
    shop.cluster().run_until(shop.cluster().now() + minutes(9));
    EXPECT_EQ(shop.programmed(), before);
    EXPECT_EQ(shop.status().phase, "Idle");
    EXPECT_NE(shop.status().message.find("registry.sandbox"), std::string::npos)
        << shop.status().message;
    EXPECT_TRUE(shop.until_outcome("Promoted", hours(1))) << shop.status().message;
  }
}

TEST(BadAnswers, OfPrometheusAreToldInStatus) {
  TrackedShop shop(Pace::kQuick);
  shop.adopt();
  shop.rebuild(0.002);
  ASSERT_TRUE(shop.until_phase("Shifting", minutes(5)));
  shop.cluster().world().fail(sandbox::kPrometheusHost, {503, ""}, minutes(10));
  shop.cluster().run_until(shop.cluster().now() + minutes(2));
  const TrackedServiceStatus status = shop.status();
  ASSERT_FALSE(status.holds.empty()) << status.message;
  EXPECT_EQ(status.holds.front().reason, "StaleMetrics");
}

// The evidence is there before the step has lasted long enough; what is asked then is not answered.
TEST(BadAnswers, OfPrometheusHoldWhatEarlierAnswersHadAllowed) {
  TrackedShop shop(Pace::kPatient);
  shop.adopt();
  shop.rebuild(0.002);
  ASSERT_TRUE(shop.until_phase("Shifting", minutes(5)));
  const auto is_shown = [&] {
    const auto verdict = shop.status().verdict;
    return verdict && verdict->kind == "Promote";
  };
  ASSERT_TRUE(shop.cluster().run_until(is_shown, minutes(9))) << shop.status().message;
  ASSERT_EQ(shop.status().phase, "Shifting");
  const TimePoint allowed = *shop.status().step_since + minutes(10);
  shop.cluster().run_until(allowed - seconds(20));
  shop.cluster().world().fail(sandbox::kPrometheusHost, {503, ""}, minutes(4));
  shop.cluster().run_until(allowed + minutes(3));
  EXPECT_EQ(shop.status().phase, "Shifting") << shop.status().message;
  EXPECT_TRUE(shop.until_outcome("Promoted", hours(1))) << shop.status().message;
}

TEST(BadAnswers, OfPrometheusAreLoggedWhenTheyBeginAndNotAtEveryPass) {
  int lines = 0;
  TrackedShop shop(Pace::kQuick, story_world(1), {},
                   [&](const LogLine& line) { lines += line.event == "StaleMetrics"; });
  shop.adopt();
  shop.cluster().world().fail(sandbox::kPrometheusHost, {503, ""}, hours(1));
  shop.rebuild(0.002);
  ASSERT_TRUE(shop.until_phase("Shifting", minutes(5)));
  shop.cluster().run_until(shop.cluster().now() + minutes(10));
  EXPECT_EQ(lines, 1);
}

// What the API server says to one kind of write, and whether that stops it for good.
struct Refusal {
  const char* sentence;
  int status;
  const char* body;
  const char* told;
};

TEST(BadAnswers, ToTheGuardedWriteAreToldWordForWordAndTriedAgain) {
  const std::vector<Refusal> rows = {
      {"403", 403, R"({"kind":"Status","message":"services is forbidden"})",
       "services is forbidden"},
      {"409", 409, R"({"kind":"Status","message":"was modified"})", "conflicts in a row"},
      {"422", 422, R"({"kind":"Status","message":"admission: no splits"})", "admission: no splits"},
      {"500", 500, R"({"kind":"Status","message":"webhook is down"})", "webhook is down"},
      {"the connection breaks", 0, "", "connection reset"},
  };
  for (const Refusal& row : rows) {
    SCOPED_TRACE(row.sentence);
    TrackedShop shop(Pace::kQuick);
    shop.adopt();
    const sandbox::Program before = shop.programmed();
    shop.rebuild(0.002);
    shop.cluster().world().fail(sandbox::kKubeHost, {row.status, row.body, "PATCH services"},
                                minutes(8));
    shop.cluster().run_until(shop.cluster().now() + minutes(7));
    EXPECT_EQ(shop.programmed(), before);
    EXPECT_NE(shop.status().message.find(row.told), std::string::npos) << shop.status().message;
    EXPECT_TRUE(shop.until_outcome("Promoted", hours(1))) << shop.status().message;
  }
}

TEST(BadAnswers, DoNotMakeAVerdictToRollBackForgotten) {
  TrackedShop shop(Pace::kQuick);
  shop.adopt();
  shop.rebuild(0.3);
  ASSERT_TRUE(shop.until_phase("Shifting", minutes(5)));
  sandbox::World& world = shop.cluster().world();
  world.fail(sandbox::kKubeHost, {500, "{}", "PATCH services"}, minutes(10));
  ASSERT_TRUE(shop.cluster().run_until(
      [&] { return shop.status().message.find("writing Service") != std::string::npos; },
      minutes(5)));
  world.fail(sandbox::kPrometheusHost, {0, ""}, hours(1));
  world.fail(sandbox::kKubeHost, {500, "{}", "PATCH services"}, minutes(3));
  shop.cluster().run_until(shop.cluster().now() + minutes(3));
  EXPECT_TRUE(shop.until_phase("Idle", seconds(8))) << shop.status().message;
  EXPECT_TRUE(shop.until_outcome("RolledBack", seconds(1)));
}

// Else a TrackedService that is deleted at that moment would leave the Service pinned for good.
TEST(Adoption, WritesNothingBeforeItsFinalizerStands) {
  TrackedShop shop(Pace::kQuick);
  sandbox::World& world = shop.cluster().world();
  world.fail(sandbox::kKubeHost, {500, "{}", "PATCH trackedservices"}, minutes(5));
  shop.cluster().run_until(shop.cluster().now() + minutes(4));
  EXPECT_EQ(shop.writes(), 0);
  shop.adopt();
  EXPECT_EQ(shop.writes(), 1);
}

TEST(Restart, InTheMiddleOfARolloutComesToTheSameEnd) {
  for (const char* phase : {"Preparing", "Shifting", "Baking"}) {
    SCOPED_TRACE(phase);
    TrackedShop shop(Pace::kQuick);
    shop.adopt();
    shop.rebuild(0.002);
    ASSERT_TRUE(shop.until_phase(phase, hours(1)));
    shop.cluster().restart();
    EXPECT_TRUE(shop.until_outcome("Promoted", hours(6))) << shop.status().message;
  }
}

TEST(Rollout, OfFourStepsMakesAtMostEightWritesAndOneMoreToRevert) {
  TrackedShop good(Pace::kDefault);
  good.adopt();
  good.rebuild(0.002);
  ASSERT_TRUE(good.until_outcome("Promoted", hours(6)));
  EXPECT_LE(good.writes(), 4 + 4);
  TrackedShop bad(Pace::kDefault);
  bad.adopt();
  bad.rebuild(0.05);
  ASSERT_TRUE(bad.until_outcome("RolledBack", hours(1)));
  EXPECT_LE(bad.writes(), 4 + 5);
}

}  // namespace
}  // namespace freshet
