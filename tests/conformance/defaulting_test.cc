// What Knative's webhook adds to a Service before it is kept, and what of it comes and goes.
#include <nlohmann/json.hpp>

#include "controller/knative/template_hash.h"
#include "tests/conformance/fixture.h"

namespace freshet::conformance {
namespace {

constexpr const char* kCreator = "serving.knative.dev/creator";
constexpr const char* kLastModifier = "serving.knative.dev/lastModifier";

class Defaulting : public ConformanceTest {
 protected:
  Json created(const Json& object) {
    const Answer answer = call("POST", serving("services") + "?dryRun=All", dump_json(object));
    EXPECT_EQ(answer.status, 201) << message(answer);
    return answer.body;
  }
  // The template's spec as it is after containers like these were written.
  Json template_spec_of(const std::string& containers) {
    Json object = service_object("demo", "");
    object["spec"]["template"]["spec"]["containers"] = Json::parse(containers);
    return created(object)["spec"]["template"]["spec"];
  }
  Json traffic_of(const std::string& traffic) {
    Json object = service_object("demo", "example.com/app");
    object["spec"]["traffic"] = Json::parse(traffic);
    return created(object)["spec"]["traffic"];
  }
  void make_unready() {  // a Service whose Revisions do not matter
    const Answer made =
        call("POST", serving("services"), dump_json(service_object("demo", "example.com/app")));
    ASSERT_EQ(made.status, 201) << message(made);
  }
};

TEST_F(Defaulting, FillsInTheTemplateOfOneContainer) {
  EXPECT_EQ(template_spec_of(R"([{"image":"example.com/app"}])"), Json::parse(R"({
    "containerConcurrency":0, "enableServiceLinks":false, "timeoutSeconds":300,
    "containers":[{"image":"example.com/app", "name":"user-container", "resources":{},
                   "readinessProbe":{"successThreshold":1,"tcpSocket":{"port":0}}}]})"));
}

TEST_F(Defaulting, ProbesOnlyTheContainerThatServesAndNumbersThoseWithoutName) {
  Json spec = template_spec_of(R"([{"image":"example.com/app"},
      {"image":"example.com/bpp","ports":[{"containerPort":8080}]},
      {"image":"example.com/cpp","name":"log"}])");
  EXPECT_EQ(spec["containers"], Json::parse(R"([
    {"image":"example.com/app", "name":"user-container-0", "resources":{}},
    {"image":"example.com/bpp", "name":"user-container-1", "resources":{},
     "ports":[{"containerPort":8080,"protocol":"TCP"}],
     "readinessProbe":{"successThreshold":1,"tcpSocket":{"port":0}}},
    {"image":"example.com/cpp", "name":"log", "resources":{}}])"));
}

TEST_F(Defaulting, CompletesAProbeThatIsThere) {
  Json spec = template_spec_of(
      R"([{"image":"example.com/app",
           "readinessProbe":{"httpGet":{"path":"/up"},"periodSeconds":5}}])");
  EXPECT_EQ(spec["containers"][0]["readinessProbe"], Json::parse(R"({
    "httpGet":{"path":"/up","port":0}, "periodSeconds":5, "failureThreshold":3,
    "successThreshold":1, "timeoutSeconds":1})"));
}

struct TrafficRow {
  const char* sentence;
  const char* written;
  const char* kept;
};

TEST_F(Defaulting, FillsInTraffic) {
  const TrafficRow rows[] = {
      {"nothing is everything to the latest", "null", R"([{"latestRevision":true,"percent":100}])"},
      {"so is an empty list", "[]", R"([{"latestRevision":true,"percent":100}])"},
      {"so is an entry without name", R"([{"percent":100}])",
       R"([{"latestRevision":true,"percent":100}])"},
      {"a name is not the latest, whether it exists or not",
       R"([{"revisionName":"demo-00099","percent":100}])",
       R"([{"latestRevision":false,"percent":100,"revisionName":"demo-00099"}])"},
      {"no percent is none",
       R"([{"revisionName":"demo-00001","percent":100},{"tag":"next","latestRevision":true}])",
       R"([{"latestRevision":false,"percent":100,"revisionName":"demo-00001"},
           {"latestRevision":true,"percent":0,"tag":"next"}])"},
      {"a field that Knative does not know is dropped without a word",
       R"([{"percent":100,"weight":3}])", R"([{"latestRevision":true,"percent":100}])"}};
  for (const TrafficRow& row : rows) {
    EXPECT_EQ(traffic_of(row.written), Json::parse(row.kept)) << row.sentence;
  }
}

TEST_F(Defaulting, OfADryRunKeepsNothing) {
  created(service_object("demo", "example.com/app"));
  EXPECT_TRUE(read(demo_path()).is_null());
  make_unready();
  Json before = read(demo_path());
  const Answer patched =
      call("PATCH", demo_path() + "?dryRun=All",
           R"({"spec":{"template":{"spec":{"timeoutSeconds":60}},"traffic":[{"percent":100}]}})",
           kMergePatch);
  EXPECT_EQ(patched.status, 200);
  EXPECT_EQ(patched.body["spec"]["template"]["spec"]["timeoutSeconds"], 60);
  EXPECT_EQ(patched.body["metadata"]["generation"], 2);
  Json after = read(demo_path());
  EXPECT_EQ(after["spec"], before["spec"]);
  EXPECT_EQ(after["metadata"]["generation"], 1);
}

TEST_F(Defaulting, ChangesNothingOfWhatWasDefaultedBefore) {
  make_demo();
  Json before = read(demo_path());
  const Answer written = call("PUT", demo_path(), dump_json(before));
  EXPECT_EQ(written.status, 200) << message(written);
  Json after = read(demo_path());
  EXPECT_EQ(after["metadata"]["resourceVersion"], before["metadata"]["resourceVersion"]);
  EXPECT_EQ(after["spec"], before["spec"]);
}

TEST_F(Defaulting, LeavesTheTemplateHashAsItIs) {
  Json object = service_object("demo", "example.com/app");
  const std::string written = template_hash(created(object)["spec"]["template"]);
  make_unready();
  const std::string kept = service().template_hash;
  EXPECT_EQ(kept, written);
  // Traffic, metadata and images do not belong to it; everything else does.
  edit({{"metadata", {{"labels", {{"team", "shop"}}}}}});
  edit(Json::parse(R"({"spec":{"traffic":[{"revisionName":"demo-00001","percent":100}]}})"));
  EXPECT_EQ(service().template_hash, kept);
  edit(Json::parse(R"({"spec":{"template":{"spec":{"timeoutSeconds":60}}}})"));
  EXPECT_NE(service().template_hash, kept);
}

TEST_F(Defaulting, SignsWhoMadeItAndWhoChangedItsSpecLast) {
  make_unready();
  until("the first Revision", [&] { return service().latest_created.has_value(); });
  const auto signers = [&] {
    const Json object = read(demo_path());
    const Json& annotations = at_path(object, {"metadata", "annotations"});
    return std::pair(string_or(annotations, kCreator), string_or(annotations, kLastModifier));
  };
  const std::string admin = bed_->admin().name;
  EXPECT_EQ(signers(), std::pair(admin, admin));
  const auto by_other = [&](const char* patch) {
    EXPECT_EQ(call_as(bed_->other(), "PATCH", demo_path(), patch, kMergePatch).status, 200);
  };
  by_other(R"({"metadata":{"annotations":{"example.com/note":"a"}}})");
  EXPECT_EQ(signers(), std::pair(admin, admin));
  by_other(R"({"spec":{"template":{"spec":{"timeoutSeconds":60}}}})");
  EXPECT_EQ(signers(), std::pair(admin, bed_->other().name));
  until("the second Revision",
        [&] { return service().latest_created == RevisionName("demo-00002"); });
  Json second = read(serving("revisions", "demo-00002"));
  EXPECT_EQ(second["metadata"]["annotations"][kCreator], bed_->other().name);
}

}  // namespace
}  // namespace freshet::conformance
