// Policies in a simulated cluster: what a freeze and a stop hold, and that retreats go ahead.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "config/rollout_policy.h"
#include "controller/runtime/paths.h"
#include "tests/simulation/tracked_shop.h"

namespace freshet {
namespace {

const std::string kCluster(kClusterRolloutPolicy);
const std::string kNamespaced(kRolloutPolicy);

Json policy_object(const std::string& kind, const std::string& name, Json spec) {
  Json object = {{"apiVersion", "freshet.dev/v1alpha1"},
                 {"kind", kind},
                 {"metadata", {{"name", name}}},
                 {"spec", std::move(spec)}};
  if (kind == kNamespaced) object["metadata"]["namespace"] = "shop";
  return object;
}

// "2026-09-21T18:00": how windows are written.
std::string minute_of(TimePoint t) { return format_rfc3339(t).substr(0, 16); }

Json freeze_until(TimePoint now, TimePoint end) {
  return {{"owner", "platform"},
          {"reason", "month end"},
          {"deny", Json::array({{{"from", minute_of(now)}, {"to", minute_of(end)}}})}};
}

class PoliciesInACluster : public ::testing::Test {
 protected:
  void SetUp() override { shop.adopt(); }

  bool is_held(const std::string& reason) {
    const auto holds = shop.status().holds;
    return !holds.empty() && holds.front().reason == reason;
  }
  bool until_held(const std::string& reason) {
    return cluster.run_until([&] { return is_held(reason); }, minutes(5));
  }
  std::string ready_of(const std::string& path) {
    const auto object = cluster.world().read(path);
    if (!object) return object.error().message;
    const auto status = rollout_policy_status_from_json(at_path(*object, {"status"}));
    return status.conditions.empty() ? "" : status.conditions.front().reason;
  }
  sandbox::World& world() { return cluster.world(); }

  TrackedShop shop{Pace::kQuick};
  SimulatedCluster& cluster = shop.cluster();
};

TEST_F(PoliciesInACluster, AFreezeHoldsWhatWouldStartUntilItEnds) {
  const TimePoint end = std::chrono::floor<minutes>(cluster.now()) + hours(3);
  ASSERT_TRUE(
      world().create(policy_object(kNamespaced, "freeze", freeze_until(cluster.now(), end))));
  shop.rebuild(0.002);
  ASSERT_TRUE(until_held("Freeze")) << shop.status().message;
  EXPECT_EQ(shop.status().holds.front().owner, "platform");
  EXPECT_EQ(shop.status().holds.front().until, end);
  EXPECT_EQ(ready_of(policy_path(kNamespaced, {"shop", "freeze"})), "InForce");
  cluster.run_until(end - seconds(1));
  EXPECT_EQ(shop.status().phase, "Idle");
  ASSERT_TRUE(shop.until_phase("Preparing", seconds(10)));
  EXPECT_TRUE(shop.until_outcome("Promoted", hours(2)));
}

TEST_F(PoliciesInACluster, AFreezeThatComesHoldsTheStepAndNotTheRetreat) {
  shop.rebuild(0.6);
  ASSERT_TRUE(shop.until_phase("Shifting", minutes(10)));
  ASSERT_TRUE(world().create(
      policy_object(kCluster, "freeze", freeze_until(cluster.now(), cluster.now() + days(3)))));
  EXPECT_TRUE(shop.until_outcome("RolledBack", hours(1))) << shop.status().message;
}

TEST_F(PoliciesInACluster, AStopHoldsEverythingUntilItIsTakenBack) {
  ASSERT_TRUE(world().create(policy_object(kCluster, "stop", {{"stop", true}})));
  shop.rebuild(0.002);
  ASSERT_TRUE(until_held("Stopped")) << shop.status().message;
  cluster.restart();
  cluster.run_until(cluster.now() + hours(1));
  EXPECT_TRUE(is_held("Stopped"));
  ASSERT_TRUE(world().remove(policy_path(kCluster, {"", "stop"})));
  EXPECT_TRUE(shop.until_outcome("Promoted", hours(2)));
}

TEST_F(PoliciesInACluster, OneThatIsNotUnderstoodHoldsAndSaysSo) {
  const Json bad = {{"deny", Json::array({{{"days", {"Fri"}}, {"timeZone", "Mars"}}})}};
  ASSERT_TRUE(world().create(policy_object(kNamespaced, "fridays", bad)));
  shop.rebuild(0.002);
  ASSERT_TRUE(until_held("PolicyInvalid")) << shop.status().message;
  const std::string path = policy_path(kNamespaced, {"shop", "fridays"});
  EXPECT_EQ(ready_of(path), "PolicyInvalid");
  const Json good = {{"deny", Json::array({{{"from", "2020-01-01"}, {"to", "2020-01-02"}}})}};
  const auto write = [&](const Json& spec) {
    return world()
        .json_patch(path, Json::array({{{"op", "replace"}, {"path", "/spec"}, {"value", spec}}}))
        .has_value();
  };
  ASSERT_TRUE(write(good));
  ASSERT_TRUE(shop.until_phase("Preparing", minutes(1))) << shop.status().message;
  EXPECT_EQ(ready_of(path), "InForce");
  ASSERT_TRUE(write(bad));  // the good one stays in force
  EXPECT_TRUE(shop.until_outcome("Promoted", hours(2)));
  EXPECT_EQ(ready_of(path), "PolicyInvalid");
}

TEST_F(PoliciesInACluster, BeforePoliciesAreReadNothingStartsAndRetreatsDo) {
  shop.rebuild(0.6);
  ASSERT_TRUE(shop.until_phase("Shifting", minutes(10)));
  world().fail(sandbox::kKubeHost, {500, "", "GET clusterrolloutpolicies"}, hours(2));
  cluster.restart();
  ASSERT_TRUE(shop.until_outcome("RolledBack", hours(1))) << shop.status().message;
  shop.rebuild(0.002);
  ASSERT_TRUE(until_held("PoliciesUnknown")) << shop.status().message;
  EXPECT_TRUE(shop.until_outcome("Promoted", hours(4)));
}

TEST_F(PoliciesInACluster, AStopThatCannotBeHeardHoldsAllTheSame) {
  shop.rebuild(0.002);
  ASSERT_TRUE(shop.until_phase("Shifting", minutes(10)));
  world().fail(sandbox::kKubeHost, {500, "", "clusterrolloutpolicies"}, hours(2));
  ASSERT_TRUE(world().create(policy_object(kCluster, "stop", {{"stop", true}})));
  ASSERT_TRUE(until_held("PoliciesUnknown")) << shop.status().message;
  cluster.run_until(cluster.now() + hours(1));
  EXPECT_TRUE(is_held("PoliciesUnknown"));
  EXPECT_EQ(shop.status().phase, "Shifting");
  cluster.run_until(cluster.now() + hours(1));
  EXPECT_TRUE(is_held("Stopped"));
}

TEST_F(PoliciesInACluster, NorDoesAnythingAdvanceWhileAPauseOrACrashCouldNotBeHeard) {
  for (const char* kind : {"trackedservices", "revisions"}) {
    shop.rebuild(0.002);
    ASSERT_TRUE(shop.until_phase("Shifting", minutes(10)));
    world().fail(sandbox::kKubeHost, {500, "", kind}, hours(2));
    ASSERT_TRUE(until_held("StaleWatch")) << kind << ": " << shop.status().message;
    EXPECT_FALSE(shop.until_outcome("Promoted", hours(1))) << kind;
    EXPECT_TRUE(shop.until_outcome("Promoted", hours(2))) << kind << shop.status().message;
  }
}

TEST_F(PoliciesInACluster, WhereOneAsksForApprovalTheRightOneLetsTheRolloutGoOn) {
  ASSERT_TRUE(
      world().create(policy_object(kNamespaced, "four-eyes", {{"approval", "BeforeTraffic"}})));
  shop.rebuild(0.002);
  ASSERT_TRUE(until_held("ApprovalRequired")) << shop.status().message;
  cluster.run_until(cluster.now() + hours(9));
  ASSERT_TRUE(is_held("ApprovalRequired"));
  const auto core = std::get<Core>(read_core(shop.status().core));
  const std::string id = active_rollout(core.phase)->id;
  ASSERT_TRUE(world().create(rollout_approval_json("shop", {"checkout", id, "ann", "release"})));
  EXPECT_TRUE(shop.until_outcome("Promoted", hours(2))) << shop.status().message;
  EXPECT_GE(shop.status().history.front().held_seconds, 9 * 3600);
}

TEST_F(PoliciesInACluster, WhereTheClusterHasNoSuchKindRolloutsGoOn) {
  world().fail(sandbox::kKubeHost, {404, "", "GET clusterrolloutpolicies"}, days(2));
  cluster.restart();
  shop.rebuild(0.002);
  EXPECT_TRUE(shop.until_outcome("Promoted", hours(2))) << shop.status().message;
}

}  // namespace
}  // namespace freshet
