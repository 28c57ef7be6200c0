// What is counted of pods.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/knative/views.h"

namespace freshet {
namespace {

struct PodRow {
  const char* sentence;
  const char* status;
  PodFacts facts;
  const char* metadata = "{}";
};
class Pods : public ::testing::TestWithParam<PodRow> {};
TEST_P(Pods, AreSummedUp) {
  const Json pod = {{"metadata", Json::parse(GetParam().metadata)},
                    {"status", Json::parse(GetParam().status)}};
  const Json list = {{"items", Json::array({pod})}};
  EXPECT_EQ(pod_facts(list, {ContainerName("app"), ContainerName("log")}), GetParam().facts);
}
INSTANTIATE_TEST_SUITE_P(
    Views, Pods,
    ::testing::Values(
        PodRow{"Ready",
               R"({"conditions":[{"type":"Ready","status":"True"}]})",
               {1, 1, 0, false, false, ""}},
        PodRow{"Crashing",
               R"({"containerStatuses":[{"name":"app","restartCount":2,
                "state":{"waiting":{"reason":"CrashLoopBackOff"}},
                "lastState":{"terminated":{"exitCode":7}}}]})",
               {1, 0, 2, false, false, "container app ended with exit code 7"}},
        PodRow{"EndedAndNotStartedAgainYet",
               R"({"containerStatuses":[{"name":"app","restartCount":0,
                "state":{"terminated":{"exitCode":1}}}]})",
               {1, 0, 1, false, false, "container app ended with exit code 1"}},
        PodRow{"OfANodeThatWasShutDown",
               R"({"phase":"Failed","reason":"Terminated","containerStatuses":[{"name":"app",
                "restartCount":0,"state":{"terminated":{"exitCode":143}}}]})",
               {1, 0, 0, false, false, ""}},
        PodRow{"EndedWithItsNodeAndCompleted",
               R"({"phase":"Succeeded","containerStatuses":[{"name":"app","restartCount":0,
                "state":{"terminated":{"exitCode":0}}}]})",
               {1, 0, 0, false, false, ""}},
        PodRow{"ScaledDown",
               R"({"phase":"Running","containerStatuses":[{"name":"app","restartCount":0,
                "state":{"terminated":{"exitCode":0}}}]})",
               {1, 0, 0, false, false, ""},
               R"({"deletionTimestamp":"2026-11-30T10:00:00Z"})"},
        PodRow{"EvictedAfterACrash",
               R"({"phase":"Failed","reason":"Evicted","containerStatuses":[{"name":"app",
                "restartCount":1,"state":{"terminated":{"exitCode":137}},
                "lastState":{"terminated":{"exitCode":7}}}]})",
               {1, 0, 1, false, false, "container app ended with exit code 7"}},
        PodRow{"WithContainersThatOthersPutBesideItsOwn",
               R"({"containerStatuses":[{"name":"queue-proxy","restartCount":3},
                {"name":"istio-proxy","restartCount":2,"lastState":{"terminated":{"exitCode":1}}},
                {"name":"app","restartCount":0}]})",
               {1, 0, 0, false, false, ""}},
        PodRow{"WithTwoContainersOfItsOwn",
               R"({"containerStatuses":[{"name":"app","restartCount":1},
                {"name":"log","restartCount":1}]})",
               {1, 0, 2, false, false, ""}},
        PodRow{"EndedAtItsStart",
               R"({"containerStatuses":[{"name":"app","restartCount":1,"lastState":{"terminated":
                {"exitCode":1,"startedAt":"2026-11-30T10:00:00Z",
                 "finishedAt":"2026-11-30T10:00:30Z"}}}]})",
               {1, 0, 1, false, false, "container app ended with exit code 1"}},
        PodRow{"EndedAfterItHadRunForAWhile",
               R"({"containerStatuses":[{"name":"app","restartCount":1,"lastState":{"terminated":
                {"exitCode":137,"startedAt":"2026-11-30T10:00:00Z",
                 "finishedAt":"2026-11-30T10:01:00Z"}}}]})",
               {1, 0, 1, false, false, "container app ended with exit code 137", 1}},
        PodRow{"CannotPull",
               R"({"containerStatuses":[{"name":"app","restartCount":0,
                "state":{"waiting":{"reason":"ImagePullBackOff","message":"back-off"}}}]})",
               {1, 0, 0, false, true, "ImagePullBackOff: back-off"}},
        PodRow{"HasNoNode",
               R"({"conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable",
                "message":"0/3 nodes"}]})",
               {1, 0, 0, true, false, "unschedulable: 0/3 nodes"}}),
    [](const auto& row) { return std::string(row.param.sentence); });

TEST(PodFactsOfSeveralPods, TellTheMostExitsOfOneAndInHowManyItHadRunForAWhile) {
  const auto pod = [](int restarts, const char* ended) {
    const Json last = {
        {"exitCode", 137}, {"startedAt", "2026-11-30T10:00:00Z"}, {"finishedAt", ended}};
    const Json container = {
        {"name", "app"}, {"restartCount", restarts}, {"lastState", {{"terminated", last}}}};
    return Json{{"status", {{"containerStatuses", Json::array({container})}}}};
  };
  const Json list = {
      {"items", Json::array({pod(1, "2026-11-30T10:00:02Z"), pod(2, "2026-11-30T10:20:00Z"),
                             pod(1, "2026-11-30T10:30:00Z")})}};
  EXPECT_EQ(pod_facts(list, {ContainerName("app")}),
            (PodFacts{3, 0, 2, false, false, "container app ended with exit code 137", 2}));
}

TEST(PodLists, OfPodsThatHaveEndedHaveNone) {
  const auto list = [](const char* items) { return Json::parse(items); };
  EXPECT_FALSE(has_pods(list(R"({"items":[]})")));
  EXPECT_FALSE(has_pods(list(R"({"items":[{"status":{"phase":"Failed"}}]})")));
  EXPECT_TRUE(has_pods(
      list(R"({"items":[{"status":{"phase":"Failed"}},{"status":{"phase":"Pending"}}]})")));
  EXPECT_TRUE(has_pods(list(R"({"kind":"Status"})")));
}

}  // namespace
}  // namespace freshet
