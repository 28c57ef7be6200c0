// The model of Knative against what real controllers did (testbed.md section 4, answers 1, 2, 4, 5,
// 9).
#include <nlohmann/json.hpp>

#include "tests/controller/sandbox/world_fixture.h"

namespace freshet::sandbox {
namespace {

using Knative = WorldTest;

// What a watcher sees of one change: (observed, RoutesReady's reason or "True", status.traffic).
struct Seen {
  bool is_observed = false;
  std::string routes;
  std::string traffic;
  bool operator==(const Seen&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  return out << (seen.is_observed ? "observed " : "stale ") << seen.routes << " " << seen.traffic;
}

std::string word(const ConditionView& condition) {
  if (condition.status == Tri::kTrue) return "True";
  return (condition.status == Tri::kFalse ? "False " : "Unknown ") + condition.reason;
}

TEST_F(Knative, MakesARevisionAndProgramsIt) {
  make_demo();
  const ServiceView view = service();
  EXPECT_EQ(word(view.ready), "True");
  EXPECT_EQ(view.latest_ready, RevisionName("demo-00001"));
  EXPECT_EQ(view.observed_generation, view.generation);
  EXPECT_EQ(world_.programmed(kDemo), (Program{{"demo-00001", 100}}));
  EXPECT_EQ(pods("demo-00001").ready, kPodsPerRevision);
}

TEST_F(Knative, FollowsTheLatestWhereNothingElseIsSaid) {
  const Digest digest = world_.push("shop/demo", "1", {}, kStart);
  ASSERT_TRUE(world_.create(service_object("demo", pinned_image("shop/demo", digest))));
  settle();
  const auto object = world_.read(kDemoPath);
  EXPECT_EQ((*object)["status"]["traffic"],
            Json::parse(R"([{"latestRevision":true,"percent":100,"revisionName":"demo-00001"}])"));
  EXPECT_EQ((*object)["status"]["url"], "http://demo.default.example.com");
  EXPECT_EQ((*object)["spec"]["template"]["spec"]["timeoutSeconds"], 300);
}

TEST_F(Knative, ShowsTheStatesOfATrafficChangeInOrder) {
  make_demo();
  set_image({});
  settle();
  ASSERT_EQ(set_traffic(Json::array({target("demo-00001", 90), target("demo-00002", 10, "canary")}))
                .status,
            200);
  std::vector<Seen> seen;
  const auto look = [&] {
    const ServiceView view = service();
    const Seen now{view.observed_generation == view.generation, word(view.routes_ready),
                   to_string(view.observed_traffic)};
    if (seen.empty() || !(seen.back() == now)) seen.push_back(now);
  };
  look();
  while (world_.next_event() && *world_.next_event() < world_.now() + seconds(5)) {
    world_.advance_to(*world_.next_event());
    look();
  }
  const std::string before = "demo-00001 100 %";
  const std::string after = "demo-00001 90 %, demo-00002 10 % #canary";
  EXPECT_EQ(seen, (std::vector<Seen>{{false, "True", before},
                                     {true, "Unknown OutOfDate", before},
                                     {true, "Unknown IngressNotConfigured", after},
                                     {true, "True", after}}));
  EXPECT_EQ(world_.programmed(kDemo), (Program{{"demo-00001", 90}, {"demo-00002", 10}}));
  EXPECT_EQ(service().tag_urls.at("canary"), "http://canary-demo.default.example.com");
}

TEST_F(Knative, KeepsPinnedTrafficWhereItIsWhenTheImageChanges) {
  make_demo();
  const Digest digest = set_image({});
  settle();
  EXPECT_EQ(service().latest_ready, RevisionName("demo-00002"));
  EXPECT_EQ(world_.programmed(kDemo), (Program{{"demo-00001", 100}}));
  EXPECT_EQ(revision("demo-00002").digests.at(ContainerName("app")), digest);
}

TEST_F(Knative, NumbersRevisionsByTheConfigurationNotTheService) {
  make_demo();
  for (int i = 0; i < 3; ++i)
    set_traffic(Json::array({target("demo-00001", 100, "t" + std::to_string(i))}));
  set_image({});
  settle();
  EXPECT_GT(service().generation, 4);
  EXPECT_EQ(service().latest_created, RevisionName("demo-00002"));
}

TEST_F(Knative, StopsTheWholeRouteForOneTargetThatIsNotReady) {
  make_demo();
  set_image({});
  settle();
  set_image({.starts = StartsAs::kNeverReady});
  run(seconds(5));
  set_traffic(Json::array(
      {target("demo-00001", 70), target("demo-00002", 30), target("demo-00003", 0, "next")}));
  run(seconds(5));
  EXPECT_EQ(word(service().routes_ready), "Unknown RevisionMissing");
  EXPECT_EQ(service().routes_ready.message, "Revision \"demo-00003\" is not yet ready.");
  EXPECT_EQ(to_string(service().observed_traffic), "demo-00001 100 %");
  EXPECT_EQ(world_.programmed(kDemo), (Program{{"demo-00001", 100}}));
  set_traffic(Json::array({target("demo-00001", 70), target("demo-00002", 30)}));
  run(seconds(1));
  EXPECT_EQ(world_.programmed(kDemo), (Program{{"demo-00001", 70}, {"demo-00002", 30}}));
}

TEST_F(Knative, DoesNotProgramARollbackThatStillNamesTheCrashedCanary) {
  make_demo();
  set_image({.crashes_after_traffic = seconds(20), .exit_code = 7});
  settle();
  set_traffic(Json::array({target("demo-00001", 90), target("demo-00002", 10)}));
  run(seconds(10));
  ASSERT_EQ(word(service().routes_ready), "True");
  run(seconds(15));
  EXPECT_EQ(word(revision("demo-00002").ready), "False ExitCode7");
  EXPECT_EQ(word(service().routes_ready), "False RevisionMissing");
  EXPECT_EQ(service().routes_ready.message, "Revision \"demo-00002\" failed to become ready.");
  set_traffic(Json::array({target("demo-00001", 100), target("demo-00002", 0, "canary")}));
  run(seconds(5));
  EXPECT_EQ(world_.programmed(kDemo), (Program{{"demo-00001", 90}, {"demo-00002", 10}}));
  set_traffic(Json::array({target("demo-00001", 100)}));
  run(seconds(1));
  EXPECT_EQ(world_.programmed(kDemo), (Program{{"demo-00001", 100}}));
  EXPECT_EQ(word(service().routes_ready), "True");
  EXPECT_EQ(word(service().ready), "False RevisionFailed");
}

TEST_F(Knative, LetsLatestRevisionAtZeroFollowWhatIsReady) {
  make_demo();
  set_traffic(Json::array({target("demo-00001", 100), target("", 0, "freshet")}));
  settle();
  set_image({.starts = StartsAs::kNeverReady});
  run(seconds(20));
  EXPECT_EQ(word(service().routes_ready), "True");
  EXPECT_EQ(service().observed_traffic.at(1).revision, RevisionName("demo-00001"));
  set_image({});
  run(seconds(20));
  EXPECT_EQ(service().observed_traffic.at(1).revision, RevisionName("demo-00003"));
}

struct Failure {
  const char* sentence;
  ImageBehaviour behaviour;
  Duration after;
  const char* ready;
  const char* configurations;
};
class Failing : public WorldTest, public ::testing::WithParamInterface<Failure> {};

TEST_P(Failing, ShowsInRevisionAndConfigurationButNotInTheRoute) {
  make_demo();
  set_image(GetParam().behaviour);
  run(GetParam().after);
  EXPECT_EQ(word(revision("demo-00002").ready), GetParam().ready);
  EXPECT_EQ(word(service().configurations_ready), GetParam().configurations);
  EXPECT_EQ(word(service().routes_ready), "True");
  EXPECT_EQ(service().latest_ready, RevisionName("demo-00001"));
}

INSTANTIATE_TEST_SUITE_P(Knative, Failing,
                         ::testing::Values(Failure{"PendingSaysSoWithoutAReason",
                                                   {.starts = StartsAs::kNeverReady},
                                                   seconds(60),
                                                   "Unknown Deploying",
                                                   "Unknown "},
                                           Failure{"TheDeadlineEndsWaiting",
                                                   {.starts = StartsAs::kNeverReady},
                                                   seconds(610),
                                                   "False ProgressDeadlineExceeded",
                                                   "False RevisionFailed"},
                                           Failure{"APullFailsUnseenUntilTheDeadline",
                                                   {.starts = StartsAs::kPullFailing},
                                                   seconds(590),
                                                   "Unknown Deploying",
                                                   "Unknown "},
                                           Failure{"APullHasFailedAtTheDeadline",
                                                   {.starts = StartsAs::kPullFailing},
                                                   seconds(610),
                                                   "False ImagePullBackOff",
                                                   "False RevisionFailed"},
                                           Failure{"UnschedulableIsToldAtOnce",
                                                   {.starts = StartsAs::kUnschedulable},
                                                   seconds(2),
                                                   "False Unschedulable",
                                                   "False RevisionFailed"},
                                           Failure{"ACrashIsToldAtOnce",
                                                   {.starts = StartsAs::kCrashing, .exit_code = 7},
                                                   seconds(5),
                                                   "False ExitCode7",
                                                   "False RevisionFailed"}),
                         [](const auto& row) { return std::string(row.param.sentence); });

TEST_F(Knative, CountsTheEndsOfACrashingContainer) {
  make_demo();
  set_image({.starts = StartsAs::kCrashing});
  run(seconds(4));
  EXPECT_EQ(pods("demo-00002").container_exits, 1 * kPodsPerRevision);
  run(seconds(11));
  EXPECT_EQ(pods("demo-00002").container_exits, 2 * kPodsPerRevision);
}

TEST_F(Knative, ResolvesATagAndKeepsTryingWhileItIsMissing) {
  const std::string image = "registry.sandbox/shop/demo:1";
  ASSERT_TRUE(world_.create(service_object("demo", image)));
  run(seconds(1));
  EXPECT_EQ(word(revision("demo-00001").ready), "False ContainerMissing");
  const Digest digest = world_.push("shop/demo", "1", {}, kStart);
  run(seconds(10));
  EXPECT_EQ(word(revision("demo-00001").ready), "True");
  EXPECT_EQ(revision("demo-00001").digests.at(ContainerName("app")), digest);
}

TEST_F(Knative, MakesNoRevisionForMetadataOfTheService) {
  make_demo();
  const auto generation = service().generation;
  ASSERT_EQ(
      patch(Json::array({{{"op", "add"}, {"path", "/metadata/annotations/a"}, {"value", "b"}}}))
          .status,
      200);
  settle();
  EXPECT_EQ(service().generation, generation);
  EXPECT_EQ(service().latest_created, RevisionName("demo-00001"));
}

TEST_F(Knative, MakesARevisionWhoseTemplateHashIsTheServices) {
  make_demo();
  ASSERT_EQ(patch(Json::array({{{"op", "add"},
                                {"path", "/spec/template/metadata"},
                                {"value",
                                 {{"annotations", {{"freshet.dev/rollout-id", "7f3a"}}},
                                  {"labels", {{"team", "shop"}}}}}}}))
                .status,
            200);
  settle();
  EXPECT_EQ(revision("demo-00002").template_hash, service().template_hash);
  EXPECT_NE(revision("demo-00001").template_hash, service().template_hash);
  EXPECT_EQ(revision("demo-00002").rollout_id, "7f3a");
}

TEST_F(Knative, TakesANameOfTheUsersOwnUpAgain) {
  make_demo();
  const auto rename = [&](const char* name, const Json& spec) {
    return patch(Json::array(
        {{{"op", "add"}, {"path", "/spec/template/metadata"}, {"value", {{"name", name}}}},
         {{"op", "replace"}, {"path", "/spec/template/spec"}, {"value", spec}}}));
  };
  const Json first = (*world_.read(kDemoPath))["spec"]["template"]["spec"];
  Json second = first;
  second["timeoutSeconds"] = 30;
  ASSERT_EQ(rename("demo-blue", first).status, 200);
  settle();
  ASSERT_EQ(rename("demo-green", second).status, 200);
  settle();
  EXPECT_EQ(service().latest_ready, RevisionName("demo-green"));
  ASSERT_EQ(rename("demo-blue", first).status, 200);
  settle();
  EXPECT_EQ(service().latest_created, RevisionName("demo-blue"));
  EXPECT_EQ(service().latest_ready, RevisionName("demo-blue"));
}

TEST_F(Knative, ScalesAwayWhatIsNotRoutedAndKeepsItReady) {
  make_demo();
  set_image({});
  settle();
  set_traffic(Json::array({target("demo-00002", 100)}));
  run(seconds(90));
  EXPECT_EQ(pods("demo-00001").pods, 0);
  EXPECT_EQ(word(revision("demo-00001").ready), "True");
  set_traffic(Json::array({target("demo-00001", 100)}));
  run(seconds(10));
  EXPECT_EQ(pods("demo-00001").ready, kPodsPerRevision);
  EXPECT_EQ(world_.programmed(kDemo), (Program{{"demo-00001", 100}}));
}

TEST_F(Knative, TakesEverythingAwayWithTheService) {
  make_demo();
  ASSERT_EQ(kube("DELETE", kDemoPath).status, 200);
  settle();
  const auto left = [&](const char* path) {
    return Json::parse(kube("GET", path).body)["items"].size();
  };
  EXPECT_EQ(left("/apis/serving.knative.dev/v1/revisions"), 0u);
  EXPECT_EQ(left("/api/v1/pods"), 0u);
}

}  // namespace
}  // namespace freshet::sandbox
