// Deletion: of a Service with what it owns, held up by finalizers, followed by another of its name;
// of a whole namespace.
#include <nlohmann/json.hpp>

#include "tests/conformance/fixture.h"

namespace freshet::conformance {
namespace {

class Deletion : public ConformanceTest {
 protected:
  // What is left of Service demo: "configurations", "revisions", …
  std::vector<std::string> left() {
    std::vector<std::string> out;
    for (const char* plural : {"services", "configurations", "routes", "revisions"}) {
      if (!list(serving(plural)).empty()) out.push_back(plural);
    }
    if (!list(core("pods")).empty()) out.push_back("pods");
    return out;
  }
  void until_nothing_is_left() {
    until(
        "nothing to be left", [&] { return left().empty(); }, minutes(1));
  }
  bool is_deleting() {
    return !string_or(read(demo_path())["metadata"], "deletionTimestamp").empty();
  }
};

TEST_F(Deletion, OfAServiceIsDoneAtOnceAndWhatItOwnsFollows) {
  make_demo();
  const Uid uid = service().uid;
  const auto deleted = kube_.del(demo_path());
  ASSERT_TRUE(deleted) << deleted.error().message;
  EXPECT_EQ(string_or(deleted->body, "status"), "Success");
  EXPECT_EQ(string_or(at_path(deleted->body, {"details"}), "uid"), uid.get());
  EXPECT_TRUE(read(demo_path()).is_null());
  until_nothing_is_left();
  EXPECT_EQ(programmed(), Program{});
}

TEST_F(Deletion, ThatIsADryRunDeletesNothing) {
  make_demo();
  ASSERT_TRUE(kube_.del(demo_path() + "?dryRun=All"));
  EXPECT_FALSE(service().deleting);
}

TEST_F(Deletion, InTheForegroundWaitsForWhatIsOwned) {
  make_demo();
  const std::int64_t generation = service().generation;
  ASSERT_TRUE(kube_.del(demo_path() + "?propagationPolicy=Foreground"));
  const Json object = read(demo_path());
  if (!object.is_null()) {  // or it is gone already
    EXPECT_FALSE(string_or(object["metadata"], "deletionTimestamp").empty());
    EXPECT_EQ(object["metadata"]["finalizers"], Json::array({"foregroundDeletion"}));
    EXPECT_EQ(object["metadata"]["generation"], generation + 1);
  }
  until_nothing_is_left();
}

TEST_F(Deletion, WaitsForFinalizersAndNothingIsReconciledMeanwhile) {
  make_demo();
  edit(Json::parse(R"({"metadata":{"finalizers":["example.com/hold"]}})"));
  const ServiceView before = service();
  ASSERT_TRUE(kube_.del(demo_path()));
  ServiceView held = service();
  EXPECT_TRUE(held.deleting);
  EXPECT_EQ(held.generation, before.generation + 1);
  set_traffic(Json::array({target("demo-00001", 100, "late")}));
  ASSERT_TRUE(kube_.del(demo_path()));  // once more changes nothing
  const Digest digest = bed_->push(repository(), "1", Starts::kReady);
  ASSERT_TRUE(kube_.post(serving("services"), service_object("other", image(digest))));
  until("another Service to be looked after", [&] { return is_ready("other-00001"); });
  held = service();
  EXPECT_EQ(held.generation, before.generation + 2);
  EXPECT_EQ(held.observed_generation, before.generation);
  EXPECT_EQ(left().size(), 5u);
  EXPECT_EQ(programmed(), (Program{{"demo-00001", 100}}));

  const Answer added =
      call("PATCH", demo_path(), R"({"metadata":{"finalizers":["example.com/hold","a.b/c"]}})",
           kMergePatch);
  EXPECT_EQ(added.status, 422);
  EXPECT_NE(message(added).find("no new finalizers can be added if the object is being deleted"),
            std::string::npos)
      << message(added);
  edit(Json::parse(R"({"metadata":{"finalizers":null}})"));
  EXPECT_TRUE(read(demo_path()).is_null());
  ASSERT_TRUE(kube_.del(serving("services", "other")));
  until_nothing_is_left();
}

TEST_F(Deletion, IsFollowedByAnotherOfTheSameName) {
  make_demo();
  const Uid first = service().uid;
  const Uid first_revision = revision("demo-00001").uid;
  ASSERT_TRUE(kube_.del(demo_path()));
  make_demo();
  EXPECT_NE(service().uid, first);
  EXPECT_NE(revision("demo-00001").uid, first_revision);
  EXPECT_EQ(service().generation, 2);
}

TEST_F(Deletion, OfANamespaceTakesEverythingWithIt) {
  make_demo();
  const std::string path = "/api/v1/namespaces/" + bed_->name_space();
  const auto deleted = kube_.del(path);
  ASSERT_TRUE(deleted) << deleted.error().message;
  EXPECT_EQ(at_path(deleted->body, {"status", "phase"}), "Terminating");
  const Answer late =
      call("POST", serving("services"), dump_json(service_object("late", "example.com/app")));
  if (late.status != 404) {  // or it is gone already
    EXPECT_EQ(late.status, 403);
    EXPECT_EQ(message(late),
              "services.serving.knative.dev \"late\" is forbidden: unable to create new content in "
              "namespace " +
                  bed_->name_space() + " because it is being terminated");
  }
  until(
      "the namespace to be gone", [&] { return read(path).is_null(); }, minutes(1));
  EXPECT_TRUE(left().empty());
}

}  // namespace
}  // namespace freshet::conformance
