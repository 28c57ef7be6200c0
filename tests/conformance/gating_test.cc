// One target that is not ready keeps a whole Route from being programmed, until its entry is gone.
#include <nlohmann/json.hpp>

#include "tests/conformance/fixture.h"

namespace freshet::conformance {
namespace {

class Gating : public ConformanceTest {
 protected:
  void until_routes(const std::string& condition) {
    until("RoutesReady to be " + condition, [&] {
      const ServiceView view = service();
      return view.observed_generation == view.generation && word(view.routes_ready) == condition;
    });
  }
  void until_ready(const std::string& name, const std::string& condition) {
    until(name + " to be " + condition, [&] {
      return !read(serving("revisions", name)).is_null() && word(revision(name).ready) == condition;
    });
  }
  // There has never been another Revision.
  void create_first(Starts starts) {
    const Digest digest = bed_->push(repository(), "1", starts);
    const Json demo = service_object("demo", image(digest));
    ASSERT_EQ(call("POST", serving("services"), dump_json(demo)).status, 201);
  }
  // demo-00002 is Ready; demo-00003 is what `starts` says.
  void make_three(Starts starts, const std::string& condition) {
    make_demo();
    set_image(Starts::kReady);
    until_ready("demo-00002", "True");
    set_image(starts);
    until_ready("demo-00003", condition);
  }
};

TEST_F(Gating, ByATargetThatIsNotYetReady) {
  make_three(Starts::kNeverReady, "Unknown Deploying");
  set_traffic(Json::array(
      {target("demo-00001", 70), target("demo-00002", 30), target("demo-00003", 0, "next")}));
  until_routes("Unknown RevisionMissing");
  EXPECT_EQ(service().routes_ready.message, "Revision \"demo-00003\" is not yet ready.");
  EXPECT_EQ(to_string(service().observed_traffic), "demo-00001 100 %");
  EXPECT_EQ(programmed(), (Program{{"demo-00001", 100}}));
  set_traffic(Json::array({target("demo-00001", 70), target("demo-00002", 30)}));
  until_programmed({{"demo-00001", 70}, {"demo-00002", 30}});
}

TEST_F(Gating, ByATargetThatHasFailed) {
  make_three(Starts::kCrashing, "False ExitCode7");
  set_traffic(
      Json::array({target("demo-00001", 70), target("demo-00002", 30), target("demo-00003", 0)}));
  until_routes("False RevisionMissing");
  EXPECT_EQ(service().routes_ready.message, "Revision \"demo-00003\" failed to become ready.");
  EXPECT_EQ(to_string(service().observed_traffic), "demo-00001 100 %");
  EXPECT_EQ(programmed(), (Program{{"demo-00001", 100}}));
  set_traffic(Json::array({target("demo-00001", 70), target("demo-00002", 30)}));
  until_programmed({{"demo-00001", 70}, {"demo-00002", 30}});
  until_routes("True");
  EXPECT_EQ(word(service().ready), "False RevisionFailed");
}

TEST_F(Gating, NamesAFailureBeforeWhatIsNotYetReady) {
  make_three(Starts::kNeverReady, "Unknown Deploying");
  set_traffic(Json::array({target("demo-00003", 50), target("demo-00099", 50)}));
  until_routes("False RevisionMissing");
  EXPECT_EQ(service().routes_ready.message,
            "Revision \"demo-00099\" referenced in traffic not found.");
}

TEST_F(Gating, EndsByItselfOnceTheTargetIsReady) {
  make_demo();
  const Digest image = set_image(Starts::kNeverReady);
  until_ready("demo-00002", "Unknown Deploying");
  set_traffic(Json::array({target("demo-00001", 90), target("demo-00002", 10)}));
  until_routes("Unknown RevisionMissing");
  bed_->behave(image, Starts::kReady);
  until_programmed({{"demo-00001", 90}, {"demo-00002", 10}});
  until_routes("True");
}

TEST_F(Gating, OfARollbackThatStillNamesTheCrashedCanary) {
  make_demo();
  const Digest image = set_image(Starts::kReady);
  until_ready("demo-00002", "True");
  set_traffic(Json::array({target("demo-00001", 90), target("demo-00002", 10)}));
  until_programmed({{"demo-00001", 90}, {"demo-00002", 10}});
  until_routes("True");
  const std::int64_t generation = service().generation;
  bed_->behave(image, Starts::kCrashing);
  until_ready("demo-00002", "False ExitCode7");
  until_routes("False RevisionMissing");  // nobody wrote anything
  EXPECT_EQ(service().generation, generation);
  EXPECT_EQ(programmed(), (Program{{"demo-00001", 90}, {"demo-00002", 10}}));
  set_traffic(Json::array({target("demo-00001", 100), target("demo-00002", 0, "canary")}));
  until_routes("False RevisionMissing");
  EXPECT_EQ(programmed(), (Program{{"demo-00001", 90}, {"demo-00002", 10}}));
  set_traffic(Json::array({target("demo-00001", 100)}));
  until_programmed({{"demo-00001", 100}});
  until_routes("True");
  EXPECT_EQ(word(service().ready), "False RevisionFailed");
}

TEST_F(Gating, OfAStableThatCrashesEndsWithAListWithoutIt) {
  make_demo();
  const Digest stable = revision("demo-00001").digests.at(ContainerName("app"));
  set_image(Starts::kReady);
  until_ready("demo-00002", "True");
  bed_->behave(stable, Starts::kCrashing);
  until_routes("False RevisionMissing");
  set_traffic(Json::array({target("demo-00001", 50), target("demo-00002", 50)}));
  until_routes("False RevisionMissing");
  EXPECT_EQ(programmed(), (Program{{"demo-00001", 100}}));
  set_traffic(Json::array({target("demo-00002", 100)}));
  until_programmed({{"demo-00002", 100}});
}

TEST_F(Gating, ByARevisionThatIsNotThere) {
  make_demo();
  set_traffic(Json::array({target("demo-00001", 90), target("demo-00099", 10)}));
  until_routes("False RevisionMissing");
  EXPECT_EQ(service().routes_ready.message,
            "Revision \"demo-00099\" referenced in traffic not found.");
  EXPECT_EQ(programmed(), (Program{{"demo-00001", 100}}));
}

TEST_F(Gating, ByARevisionOfAnotherService) {
  make_demo();
  const Digest digest = bed_->push(repository(), "other", Starts::kReady);
  ASSERT_EQ(
      call("POST", serving("services"), dump_json(service_object("other", image(digest, "other"))))
          .status,
      201);
  until_ready("other-00001", "True");
  set_traffic(Json::array({target("demo-00001", 90), target("other-00001", 10)}));
  until_routes("False RevisionNotOwned");
  EXPECT_EQ(service().routes_ready.message,
            "Revision \"other-00001\" belongs to Service \"other\", not Service \"demo\".");
  EXPECT_EQ(programmed(), (Program{{"demo-00001", 100}}));
}

TEST_F(Gating, ByARevisionAtZeroPercentThatIsDeleted) {
  make_demo();
  set_image(Starts::kReady);
  until_ready("demo-00002", "True");
  set_image(Starts::kReady);
  until_ready("demo-00003", "True");
  set_traffic(Json::array({target("demo-00001", 100), target("demo-00002", 0)}));
  until_routes("True");
  ASSERT_TRUE(kube_.del(serving("revisions", "demo-00002")));
  until_routes("False RevisionMissing");
  EXPECT_EQ(service().routes_ready.message,
            "Revision \"demo-00002\" referenced in traffic not found.");
  EXPECT_EQ(programmed(), (Program{{"demo-00001", 100}}));
  set_traffic(Json::array({target("demo-00001", 100)}));
  until_routes("True");
}

TEST_F(Gating, IsNotByTheLatestRevisionWhichFollowsWhatIsReady) {
  make_demo();
  set_traffic(Json::array({target("demo-00001", 100), target("", 0, "next")}));
  until_routes("True");
  const auto next = [&] { return service().observed_traffic.at(1).revision; };
  set_image(Starts::kCrashing);
  until_ready("demo-00002", "False ExitCode7");
  until("the Configuration to fail",
        [&] { return word(service().configurations_ready) == "False RevisionFailed"; });
  EXPECT_EQ(word(service().routes_ready), "True");
  EXPECT_EQ(next(), RevisionName("demo-00001"));
  set_image(Starts::kReady);
  until("the tag to follow", [&] { return next() == RevisionName("demo-00003"); });
  EXPECT_EQ(programmed(), (Program{{"demo-00001", 100}}));
}

TEST_F(Gating, ByTheLatestRevisionIfItWasReadyAndIsNotAnyMore) {
  make_demo_of_latest();
  bed_->behave(revision("demo-00001").digests.at(ContainerName("app")), Starts::kCrashing);
  until_routes("False RevisionMissing");
  EXPECT_EQ(service().routes_ready.message, "Revision \"demo-00001\" failed to become ready.");
  EXPECT_EQ(service().latest_ready, RevisionName("demo-00001"));
}

TEST_F(Gating, ByALatestRevisionThatWasNeverReady) {
  create_first(Starts::kNeverReady);
  until_routes("Unknown RevisionMissing");
  EXPECT_EQ(service().routes_ready.message,
            "Configuration \"demo\" is waiting for a Revision to become ready.");
  EXPECT_EQ(programmed(), Program{});
}

TEST_F(Gating, ByALatestRevisionThatHasFailed) {
  create_first(Starts::kCrashing);
  until_routes("False RevisionMissing");
  EXPECT_EQ(service().routes_ready.message,
            "Configuration \"demo\" does not have any ready Revision.");
  EXPECT_EQ(programmed(), Program{});
}

}  // namespace
}  // namespace freshet::conformance
