// What Revisions say that do not start, that end, that recover, and that are scaled away.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "controller/knative/views.h"

#include "tests/conformance/fixture.h"

namespace freshet::conformance {
namespace {

using ::testing::MatchesRegex;

struct Row {
  const char* sentence;
  Starts starts;
  const char* deadline;  // of the Revision; "" for the usual ten minutes
  const char* ready;
  const char* configurations;
  const char* message;  // an expression
};

class Failures : public ConformanceTest {
 protected:
  void until_ready(const std::string& name, const std::string& condition) {
    until(name + " to be " + condition, [&] {
      return !read(serving("revisions", name)).is_null() && word(revision(name).ready) == condition;
    });
  }
  void until_conditions(const std::string& name, const std::string& resources,
                        const std::string& healthy) {
    until("ResourcesAvailable to be " + resources + " and ContainerHealthy " + healthy, [&] {
      const RevisionView view = revision(name);
      return word(view.resources_available) == resources && word(view.container_healthy) == healthy;
    });
  }
  // The next Revision, with a deadline of its own.
  void set_image_and_deadline(const Digest& digest, const std::string& deadline) {
    Json annotations = {{"serving.knative.dev/progress-deadline", deadline}};
    if (deadline.empty()) annotations = nullptr;
    edit({{"spec",
           {{"template",
             {{"metadata", {{"annotations", annotations}}},
              {"spec",
               {{"containers",
                 Json::array({{{"name", "app"},
                               {"image", image(digest)},
                               {"ports", Json::array({{{"containerPort", 8080}}})}}})}}}}}}}});
  }
};

class OfStart : public Failures, public ::testing::WithParamInterface<Row> {};

TEST_P(OfStart, ShowInRevisionAndConfigurationButNotInTheRoute) {
  make_demo();
  const Digest digest = bed_->push(repository(), "1", GetParam().starts);
  set_image_and_deadline(digest, GetParam().deadline);
  until_ready("demo-00002", GetParam().ready);
  until("the Configuration to tell", [&] {
    const ServiceView view = service();
    return view.latest_created == RevisionName("demo-00002") &&
           word(view.configurations_ready) == GetParam().configurations;
  });
  const RevisionView view = revision("demo-00002");
  EXPECT_THAT(view.ready.message, MatchesRegex(GetParam().message));
  EXPECT_EQ(word(service().routes_ready), "True");
  EXPECT_EQ(service().latest_ready, RevisionName("demo-00001"));
  EXPECT_EQ(programmed(), (Program{{"demo-00001", 100}}));
  if (view.ready.status != Tri::kFalse) return;
  EXPECT_EQ(service().configurations_ready.message,
            "Revision \"demo-00002\" failed with message: " + view.ready.message + ".");
  EXPECT_EQ(word(service().ready), "False RevisionFailed");
}

INSTANTIATE_TEST_SUITE_P(
    Failures, OfStart,
    ::testing::Values(
        Row{"WaitingHasNoReasonInTheConfiguration", Starts::kNeverReady, "", "Unknown Deploying",
            "Unknown ", ""},
        Row{"TheDeadlineEndsWaiting", Starts::kNeverReady, "2s", "False ProgressDeadlineExceeded",
            "False RevisionFailed", "ReplicaSet \".*\" has timed out progressing."},
        Row{"APullThatFailsIsNotSeen", Starts::kPullFailing, "", "Unknown Deploying", "Unknown ",
            ""},
        Row{"APullHasFailedAtTheDeadline", Starts::kPullFailing, "2s", "False ImagePullBackOff",
            "False RevisionFailed", "Back-off pulling image.*"},
        Row{"UnschedulableIsToldAtOnce", Starts::kUnschedulable, "", "False Unschedulable",
            "False RevisionFailed", ".* nodes are available: .*"},
        Row{"ACrashIsToldAtOnce", Starts::kCrashing, "", "False ExitCode7", "False RevisionFailed",
            "Container failed with: .*"}),
    [](const auto& row) { return std::string(row.param.sentence); });

TEST_F(Failures, ShowInThePodsBeforeTheyShowInTheRevision) {
  make_demo();
  set_image(Starts::kPullFailing);
  until("the pods to tell", [&] { return pods("demo-00002").image_pull_failing; });
  EXPECT_EQ(revision("demo-00002").ready.status, Tri::kUnknown);
  set_image(Starts::kUnschedulable);
  until("the pods to tell", [&] { return pods("demo-00003").unschedulable; });
  set_image(Starts::kCrashing);
  until("a second exit of each", [&] {
    const PodFacts facts = pods("demo-00004");
    return facts.pods > 0 && facts.most_exits >= 2;
  });
}

TEST_F(Failures, ShowOneConditionEachAndReadyIsTheWorst) {
  make_demo();
  until_conditions("demo-00001", "True", "True");
  set_image(Starts::kNeverReady);
  until_ready("demo-00002", "Unknown Deploying");
  until("its conditions to tell", [&] {
    const RevisionView view = revision("demo-00002");
    return word(view.resources_available) == "Unknown Deploying" &&
           view.container_healthy.status == Tri::kUnknown;  // Deploying, or nothing: see decisions
  });
  set_image(Starts::kUnschedulable);
  until_ready("demo-00003", "False Unschedulable");
  EXPECT_EQ(word(revision("demo-00003").resources_available), "False Unschedulable");
  set_image(Starts::kCrashing);
  until_ready("demo-00004", "False ExitCode7");
  EXPECT_EQ(word(revision("demo-00004").container_healthy), "False ExitCode7");
}

TEST_F(Failures, EndByThemselvesOnceTheContainersRun) {
  make_demo();
  const Digest image = set_image(Starts::kCrashing);
  until_ready("demo-00002", "False ExitCode7");
  bed_->behave(image, Starts::kReady);
  until_ready("demo-00002", "True");
  until("the Service to be Ready", [&] { return word(service().ready) == "True"; });
  EXPECT_EQ(service().latest_ready, RevisionName("demo-00002"));
}

TEST_F(Failures, OfATagThatIsNotThereEndOnceItIs) {
  const std::string whole = image(bed_->push(repository(), "1", Starts::kReady));
  const std::string missing = whole.substr(0, whole.rfind(":1@")) + ":nope";
  ASSERT_EQ(call("POST", serving("services"), dump_json(service_object("demo", missing))).status,
            201);
  until_ready("demo-00001", "False ContainerMissing");
  const RevisionView view = revision("demo-00001");
  EXPECT_EQ(view.ready.message,
            "Unable to fetch image \"" + missing + "\": failed to resolve image to digest: HEAD " +
                bed_->registry() + "/v2/" + repository() +
                "/manifests/nope: unexpected status code 404 Not Found (HEAD responses have no "
                "body, use GET for details)");
  EXPECT_EQ(word(view.container_healthy), "False ContainerMissing");
  EXPECT_EQ(view.digests, DigestSet{});
  until_conditions("demo-00001", "Unknown ResolvingDigests", "False ContainerMissing");
  const Digest digest = bed_->push(repository(), "nope", Starts::kReady);
  until_ready("demo-00001", "True");
  EXPECT_EQ(revision("demo-00001").digests.at(ContainerName("app")), digest);
}

TEST_F(Failures, AreNotWhatScalingToZeroIs) {
  make_demo();
  set_image(Starts::kReady);
  until_ready("demo-00002", "True");
  set_traffic(Json::array({target("demo-00002", 100)}));
  until_programmed({{"demo-00002", 100}});
  bed_->scale_down_soon();
  const auto pods_of_first = [&] { return pods("demo-00001"); };
  until(
      "the pods without traffic to go", [&] { return pods_of_first().pods == 0; }, minutes(2));
  until("the Revision to tell", [&] {
    const Json status = read(serving("revisions", "demo-00001"))["status"];
    return word(condition_view(status, "Active")) == "False NoTraffic";
  });
  EXPECT_TRUE(is_ready("demo-00001"));
  EXPECT_EQ(pods("demo-00002").ready, pods("demo-00002").pods);
  set_traffic(Json::array({target("demo-00001", 100)}));
  until_programmed({{"demo-00001", 100}});
  until("its pods to be back", [&] { return pods_of_first().ready > 0; });
}

}  // namespace
}  // namespace freshet::conformance
