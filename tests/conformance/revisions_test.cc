// How Revisions come to be: their names, their generations, what is copied into them.
#include <nlohmann/json.hpp>
#include <set>

#include "controller/knative/template_hash.h"
#include "tests/conformance/fixture.h"

namespace freshet::conformance {
namespace {

class Revisions : public ConformanceTest {
 protected:
  std::set<std::string> names() {
    std::set<std::string> out;
    for (const Json& item : list(serving("revisions"))) out.insert(item["metadata"]["name"]);
    return out;
  }
  void until_latest_ready(const std::string& name) {
    until(name + " to be the latest that is Ready", [&] {
      const ServiceView view = service();
      return view.latest_created == RevisionName(name) && view.latest_ready == RevisionName(name) &&
             word(view.configurations_ready) == "True";
    });
  }
  // Names the next Revision, and what it runs for how long.
  void name_template(const std::string& name, int timeout) {
    edit({{"spec",
           {{"template",
             {{"metadata", {{"name", name}}}, {"spec", {{"timeoutSeconds", timeout}}}}}}}});
  }
};

TEST_F(Revisions, AreNumberedByTheConfigurationNotTheService) {
  make_demo();
  for (const char* tag : {"a", "b", "c"}) {
    set_traffic(Json::array({target("demo-00001", 100, tag)}));
  }
  edit({{"metadata", {{"annotations", {{"example.com/note", "a"}}}}}});
  set_image(Starts::kReady);
  until_latest_ready("demo-00002");
  EXPECT_EQ(service().generation, 6);
  EXPECT_EQ(revision("demo-00002").configuration_generation, 2);
  EXPECT_EQ(names(), (std::set<std::string>{"demo-00001", "demo-00002"}));
}

TEST_F(Revisions, AreNotMadeByMetadataOfTheServiceWhichReachesTheConfiguration) {
  make_demo();
  const ServiceView before = service();
  const std::int64_t generation = read(serving("configurations", "demo"))["metadata"]["generation"];
  const auto annotation = [&](const char* plural) {
    return string_or(at_path(read(serving(plural, "demo")), {"metadata", "annotations"}),
                     "example.com/note");
  };
  edit(Json::parse(R"({"metadata":{"annotations":{"example.com/note":"a"},
                                   "labels":{"team":"shop"}}})"));
  until("the copies",
        [&] { return annotation("configurations") == "a" && annotation("routes") == "a"; });
  Json configuration = read(serving("configurations", "demo"));
  EXPECT_EQ(configuration["metadata"]["labels"]["team"], "shop");
  EXPECT_EQ(configuration["metadata"]["generation"], generation);
  EXPECT_EQ(service().generation, before.generation);
  EXPECT_EQ(service().latest_created, RevisionName("demo-00001"));
  edit(Json::parse(R"({"metadata":{"annotations":{"example.com/note":null}}})"));
  until("the copies to go",
        [&] { return annotation("configurations").empty() && annotation("routes").empty(); });
  EXPECT_EQ(names(), (std::set<std::string>{"demo-00001"}));
}

TEST_F(Revisions, HaveTheTemplatesMetadataAndKnativesOwnButNotTheServices) {
  make_demo();
  edit(Json::parse(R"({
    "metadata":{"annotations":{"example.com/note":"of the Service"}},
    "spec":{"template":{"metadata":{"annotations":{"freshet.dev/rollout-id":"7f3a"},
                                    "labels":{"team":"shop"}}}}})"));
  until_latest_ready("demo-00002");
  Json made = read(serving("revisions", "demo-00002"));
  Json& metadata = made["metadata"];
  EXPECT_FALSE(metadata["annotations"].contains("example.com/note"));
  EXPECT_EQ(metadata["annotations"]["freshet.dev/rollout-id"], "7f3a");
  EXPECT_EQ(metadata["annotations"]["serving.knative.dev/creator"], bed_->admin().name);
  EXPECT_FALSE(metadata["annotations"].contains("serving.knative.dev/lastModifier"));
  Json configuration = read(serving("configurations", "demo"));
  Json labels = metadata["labels"];
  labels.erase("serving.knative.dev/routingState");
  EXPECT_EQ(labels,
            (Json{{"team", "shop"},
                  {"serving.knative.dev/service", "demo"},
                  {"serving.knative.dev/configuration", "demo"},
                  {"serving.knative.dev/configurationGeneration", "2"},
                  {"serving.knative.dev/configurationUID", configuration["metadata"]["uid"]},
                  {"serving.knative.dev/serviceUID", service().uid.get()}}));
  EXPECT_EQ(metadata["ownerReferences"][0]["uid"], configuration["metadata"]["uid"]);
  EXPECT_EQ(metadata["generation"], 1);
  EXPECT_EQ(made["spec"], read(demo_path())["spec"]["template"]["spec"]);
}

TEST_F(Revisions, HaveTheTemplateHashOfTheServiceTheyWereMadeOf) {
  make_demo();
  const std::string first = service().template_hash;
  edit(Json::parse(R"({"spec":{"template":{
    "metadata":{"annotations":{"serving.knative.dev/progress-deadline":"120s","a.b/c":"d"}},
    "spec":{"timeoutSeconds":60}}}})"));
  until_latest_ready("demo-00002");
  EXPECT_EQ(revision("demo-00001").template_hash, first);
  EXPECT_EQ(revision("demo-00002").template_hash, service().template_hash);
  EXPECT_NE(service().template_hash, first);
  EXPECT_EQ(revision("demo-00002").progress_deadline, seconds(120));
}

TEST_F(Revisions, RunTheDigestThatTheTagHadWhenTheyWereMade) {
  const Digest first = bed_->push(repository(), "1", Starts::kReady);
  const std::string whole = image(first);
  const std::string tagged = whole.substr(0, whole.find('@'));
  ASSERT_EQ(call("POST", serving("services"), dump_json(service_object("demo", tagged))).status,
            201);
  until_latest_ready("demo-00001");
  const auto digest_of = [&](const char* name) {
    return revision(name).digests.at(ContainerName("app"));
  };
  EXPECT_EQ(digest_of("demo-00001"), first);
  EXPECT_EQ(read(serving("revisions", "demo-00001"))["spec"]["containers"][0]["image"], tagged);

  const Digest second = bed_->push(repository(), "1", Starts::kReady);
  edit(Json::parse(R"({"spec":{"template":{"metadata":{"annotations":{"a.b/c":"d"}}}}})"));
  until_latest_ready("demo-00002");
  EXPECT_EQ(digest_of("demo-00001"), first);
  EXPECT_EQ(digest_of("demo-00002"), second);
  EXPECT_EQ(names(), (std::set<std::string>{"demo-00001", "demo-00002"}));
}

TEST_F(Revisions, KeepTheTagOfAnImageThatNamesItsDigest) {
  make_demo();
  Json made = read(serving("revisions", "demo-00001"));
  EXPECT_EQ(
      made["status"]["containerStatuses"],
      Json::array({{{"name", "app"}, {"imageDigest", made["spec"]["containers"][0]["image"]}}}));
}

TEST_F(Revisions, OfANameThatWasThereBeforeAreTakenUpAgain) {
  make_demo();
  name_template("demo-blue", 30);
  until_latest_ready("demo-blue");
  const Uid blue = revision("demo-blue").uid;
  name_template("demo-green", 60);
  until_latest_ready("demo-green");
  name_template("demo-blue", 30);
  until_latest_ready("demo-blue");
  EXPECT_EQ(revision("demo-blue").uid, blue);
  EXPECT_EQ(names(), (std::set<std::string>{"demo-00001", "demo-blue", "demo-green"}));
}

TEST_F(Revisions, OfANameThatIsTakenAreNotMade) {
  make_demo();
  name_template("demo-blue", 30);
  until_latest_ready("demo-blue");
  name_template("demo-green", 60);
  until_latest_ready("demo-green");
  name_template("demo-blue", 90);
  until("the refusal", [&] {
    const ServiceView view = service();
    return word(view.configurations_ready) == "False RevisionFailed" &&
           word(view.routes_ready) == "False RevisionNameTaken";
  });
  const ServiceView view = service();
  EXPECT_EQ(view.configurations_ready.message,
            "Revision creation failed with message: revisions.serving.knative.dev \"demo-blue\" "
            "already exists.");
  EXPECT_EQ(view.routes_ready.message,
            "The revision name \"demo-blue\" is taken by a conflicting Revision, so traffic will "
            "not be migrated");
  EXPECT_EQ(view.latest_ready, RevisionName("demo-green"));
  EXPECT_EQ(programmed(), (Program{{"demo-00001", 100}}));
}

TEST_F(Revisions, AreMadeAgainWhereTheNewestIsDeleted) {
  make_demo();
  set_image(Starts::kReady);
  until_latest_ready("demo-00002");
  const Uid first = revision("demo-00002").uid;
  ASSERT_TRUE(kube_.del(serving("revisions", "demo-00002")));
  until("another demo-00002", [&] {
    const Json found = read(serving("revisions", "demo-00002"));
    return !found.is_null() && found["metadata"]["uid"] != first.get() && is_ready("demo-00002");
  });
}

}  // namespace
}  // namespace freshet::conformance
