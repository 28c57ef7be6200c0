// Gates that are TaskRuns, end to end in a simulated cluster.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/runtime/paths.h"
#include "tests/simulation/tracked_shop.h"

namespace freshet {
namespace {

class TaskGatedShop : public ::testing::Test {
 protected:
  TaskGatedShop() {
    shop_.adopt();
    track("load-test");
  }

  void track(const std::string& task) {
    const Json gate = {{"name", "load"},
                       {"taskRun", {{"taskRef", {{"name", task}}}}},
                       {"timeout", "2m"},
                       {"retries", 1}};
    EXPECT_TRUE(shop_.cluster().world().merge_patch(tracked_service_path({"shop", "checkout"}),
                                                    {{"spec", {{"gates", Json::array({gate})}}}}));
  }

  void task(bool succeeds, const std::string& reason = "Failed", Duration takes = seconds(8)) {
    shop_.cluster().world().define_task("load-test", {succeeds, reason, takes});
  }
  std::int64_t asked(const std::string& what) {
    const auto& requests = shop_.cluster().world().requests();
    const auto found = requests.find(what);
    return found == requests.end() ? 0 : found->second;
  }
  Json runs() {
    return *shop_.cluster().world().read("/apis/tekton.dev/v1/namespaces/shop/taskruns");
  }
  std::string first_hold() {
    const auto holds = shop_.status().holds;
    return holds.empty() ? "" : holds.front().message;
  }

  TrackedShop shop_{Pace::kQuick};
};

TEST_F(TaskGatedShop, ATaskThatSucceedsLetsTheBuildOn) {
  task(true);
  shop_.rebuild(0.002);
  ASSERT_TRUE(shop_.until_outcome("Promoted", hours(2))) << shop_.status().message;
  EXPECT_EQ(asked("POST taskruns"), 1);
  EXPECT_LT(asked("GET taskruns"), 12);
}

TEST_F(TaskGatedShop, ATaskThatFailsTakesTheBuildBackAfterItsRetries) {
  task(false);
  shop_.rebuild(0.002);
  ASSERT_TRUE(shop_.until_outcome("RolledBack", minutes(10))) << shop_.status().message;
  EXPECT_EQ(runs()["items"].size(), 2u);
}

TEST_F(TaskGatedShop, ARestartedControllerFindsItsTaskRunAgain) {
  task(true, "", minutes(1));
  shop_.rebuild(0.002);
  ASSERT_TRUE(shop_.cluster().run_until([&] { return asked("POST taskruns") == 1; }, minutes(3)));
  shop_.cluster().restart();
  ASSERT_TRUE(shop_.until_outcome("Promoted", hours(2))) << shop_.status().message;
  EXPECT_EQ(asked("POST taskruns"), 1);
}

TEST_F(TaskGatedShop, WhatAPersonAbortsIsCancelled) {
  task(true, "", minutes(1));
  shop_.rebuild(0.002);
  ASSERT_TRUE(shop_.cluster().run_until([&] { return asked("POST taskruns") == 1; }, minutes(3)));
  ASSERT_TRUE(shop_.cluster().world().merge_patch(
      tracked_service_path({"shop", "checkout"}),
      {{"metadata", {{"annotations", {{"freshet.dev/abort", "1"}}}}}}));
  ASSERT_TRUE(shop_.until_outcome("Aborted", minutes(3)));
  EXPECT_EQ(runs()["items"][0]["spec"]["status"], "TaskRunCancelled");
}

TEST_F(TaskGatedShop, WhatInfrastructureBroughtAboutHoldsAndTakesNothingBack) {
  task(false, "PodEvicted");
  shop_.rebuild(0.002);
  ASSERT_TRUE(shop_.cluster().run_until(
      [&] { return first_hold().find("PodEvicted") != std::string::npos; }, minutes(5)));
  task(true);
  ASSERT_TRUE(shop_.until_outcome("Promoted", hours(2))) << shop_.status().message;
}

TEST_F(TaskGatedShop, ATaskRunThatNobodyRunsIsCancelledAndHolds) {
  task(true, "", hours(5));
  shop_.rebuild(0.002);
  ASSERT_TRUE(shop_.cluster().run_until(
      [&] { return first_hold().find("was not over within 2m") != std::string::npos; },
      minutes(8)));
  EXPECT_EQ(runs()["items"][0]["spec"]["status"], "TaskRunCancelled");
}

TEST_F(TaskGatedShop, AGateThatIsEditedGetsATaskRunOfItsOwn) {
  task(true, "", hours(5));
  shop_.cluster().world().define_task("smoke-test", sandbox::TaskBehaviour{});
  shop_.rebuild(0.002);
  ASSERT_TRUE(shop_.cluster().run_until([&] { return asked("POST taskruns") == 1; }, minutes(3)));
  track("smoke-test");
  ASSERT_TRUE(shop_.until_outcome("Promoted", hours(2))) << shop_.status().message;
  EXPECT_EQ(asked("POST taskruns"), 2);
}

TEST_F(TaskGatedShop, AServerThatIsBusyIsAskedAgainInTheGatesTime) {
  task(true);
  shop_.cluster().world().fail(sandbox::kKubeHost, {429, "", "GET taskruns"}, minutes(4));
  shop_.rebuild(0.002);
  ASSERT_TRUE(shop_.until_phase("Gating", minutes(3)));
  ASSERT_TRUE(shop_.until_outcome("Promoted", hours(2))) << shop_.status().message;
  EXPECT_EQ(asked("POST taskruns"), 1);
}

TEST_F(TaskGatedShop, AClusterWithoutTektonIsToldWhatToInstall) {
  shop_.cluster().world().fail(sandbox::kKubeHost, {404, "", "POST taskruns"}, days(1));
  shop_.rebuild(0.002);
  ASSERT_TRUE(shop_.cluster().run_until(
      [&] { return first_hold().find("install Tekton Pipelines") != std::string::npos; },
      minutes(5)));
}

}  // namespace
}  // namespace freshet
