// What Knative and the API server refuse of a Service, word for word.
#include <nlohmann/json.hpp>

#include "tests/conformance/fixture.h"

namespace freshet::conformance {
namespace {

const std::string kDenied =
    "admission webhook \"validation.webhook.serving.knative.dev\" denied the request: validation "
    "failed: ";
const std::string kUndecodable =
    "admission webhook \"webhook.serving.knative.dev\" denied the request: mutation failed: cannot "
    "decode incoming new object: ";
const std::string kNotALabel =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
    "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', "
    "regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

struct Row {
  const char* sentence;
  const char* value;
  std::string message;
};

class Refusals : public ConformanceTest {
 protected:
  void SetUp() override {
    const Answer made =
        call("POST", serving("services"), dump_json(service_object("demo", "example.com/app")));
    ASSERT_EQ(made.status, 201) << message(made);
  }
  // Sets the value at `pointer` and expects the refusal; nothing may have changed.
  void expect_refused(const std::string& pointer, const Row& row) {
    Json before = read(demo_path())["spec"];
    const Json patch =
        Json::array({{{"op", "add"}, {"path", pointer}, {"value", Json::parse(row.value)}}});
    const Answer answer = call("PATCH", demo_path(), dump_json(patch), kJsonPatch);
    EXPECT_EQ(answer.status, 400) << row.sentence;
    EXPECT_EQ(string_or(answer.body, "reason"), "BadRequest") << row.sentence;
    EXPECT_EQ(message(answer), row.message) << row.sentence;
    EXPECT_EQ(read(demo_path())["spec"], before) << row.sentence;
  }
};

TEST_F(Refusals, OfTraffic) {
  const Row rows[] = {
      {"more than everything",
       R"([{"revisionName":"demo-00001","percent":100},
           {"revisionName":"demo-00002","percent":10}])",
       kDenied + "Traffic targets sum to 110, want 100: spec.traffic"},
      {"less than everything", R"([{"revisionName":"demo-00001","percent":99}])",
       kDenied + "Traffic targets sum to 99, want 100: spec.traffic"},
      {"a tag twice",
       R"([{"revisionName":"demo-00001","percent":100,"tag":"t"},
           {"revisionName":"demo-00001","percent":0,"tag":"t"}])",
       kDenied + "Multiple definitions for \"t\": spec.traffic[0].tag, spec.traffic[1].tag"},
      {"a tag that is no label",
       R"([{"revisionName":"demo-00001","percent":100},
           {"revisionName":"demo-00001","percent":0,"tag":"Canary_1"}])",
       kDenied + "invalid value: not a DNS 1035 label: [" + kNotALabel + "]: spec.traffic.tag[1]"},
      {"a name beside latestRevision",
       R"([{"revisionName":"demo-00001","latestRevision":true,"percent":100}])",
       kDenied + "may not set revisionName \"demo-00001\" when latestRevision is true: "
                 "spec.traffic[0].latestRevision"},
      {"neither name nor latestRevision", R"([{"latestRevision":false,"percent":100}])",
       kDenied + "may not set revisionName \"\" when latestRevision is false: "
                 "spec.traffic[0].latestRevision"},
      {"a configurationName", R"([{"configurationName":"demo","percent":100}])",
       kDenied + "must not set the field(s): spec.traffic[0].configurationName"},
      {"a url", R"([{"revisionName":"demo-00001","percent":100,"url":"http://a.example.com"}])",
       kDenied + "must not set the field(s): spec.traffic[0].url"},
      {"a percent above 100", R"([{"revisionName":"demo-00001","percent":101}])",
       kDenied + "Traffic targets sum to 101, want 100: spec.traffic\n"
                 "expected 0 <= 101 <= 100: spec.traffic[0].percent"},
      {"a percent below 0",
       R"([{"revisionName":"demo-00001","percent":101},{"latestRevision":true,"percent":-1}])",
       kDenied + "expected 0 <= -1 <= 100: spec.traffic[1].percent\n"
                 "expected 0 <= 101 <= 100: spec.traffic[0].percent"},
      {"half a percent",
       R"([{"revisionName":"demo-00001","percent":99.5},{"latestRevision":true,"percent":0.5}])",
       kUndecodable + "json: cannot unmarshal number 99.5 into Go struct field "
                      "TrafficTarget.spec.RouteSpec.traffic.percent of type int64"}};
  for (const Row& row : rows) expect_refused("/spec/traffic", row);
}

TEST_F(Refusals, OfTheTemplate) {
  const Row rows[] = {
      {"another Service's name",
       R"({"metadata":{"name":"other-1"},"spec":{"containers":[{"image":"example.com/app"}]}})",
       kDenied +
           "invalid value: \"other-1\" must have prefix \"demo-\": spec.template.metadata.name"},
      {"a name that is no label",
       R"({"metadata":{"name":"demo-One"},"spec":{"containers":[{"image":"example.com/app"}]}})",
       kDenied + "invalid value: not a DNS 1035 label: [" + kNotALabel +
           "]: spec.template.metadata.name"},
      {"a container without image", R"({"spec":{"containers":[{"name":"app"}]}})",
       kDenied + "missing field(s): spec.template.spec.containers[0].image"},
      {"an image that is no reference", R"({"spec":{"containers":[{"image":"example.com/App"}]}})",
       kDenied + "Failed to parse image reference: spec.template.spec.containers[0].image\n"
                 "image: \"example.com/App\", error: could not parse reference: example.com/App"},
      {"no container", R"({"spec":{"containers":[]}})",
       kDenied + "missing field(s): spec.template.spec.containers"},
      {"a deadline of half seconds",
       R"({"metadata":{"annotations":{"serving.knative.dev/progress-deadline":"1.5s"}},
           "spec":{"containers":[{"image":"example.com/app"}]}})",
       kDenied + "progress-deadline=1.5s is not at second precision: "
                 "spec.template.metadata.annotations.serving.knative.dev/progress-deadline"}};
  for (const Row& row : rows) expect_refused("/spec/template", row);
}

TEST_F(Refusals, OfAnnotations) {
  const std::string root = "/metadata/annotations/";
  expect_refused(root + "serving.knative.dev~1creator",
                 {"another creator", R"("mallory")",
                  kDenied + "annotation value is immutable: "
                            "metadata.annotations.serving.knative.dev/creator"});
  expect_refused(root + "serving.knative.dev~1lastModifier",
                 {"another last modifier without a change", R"("mallory")",
                  kDenied + "invalid value: mallory: "
                            "metadata.annotations.serving.knative.dev/lastModifier"});
  expect_refused(root + "autoscaling.knative.dev~1min-scale",
                 {"scaling at the wrong place", R"("2")",
                  kDenied + "invalid key name \"autoscaling.knative.dev/min-scale\": "
                            "metadata.annotations\nautoscaling annotations must be put under "
                            "\"spec.template.metadata.annotations\" to work"});
  expect_refused(root + "serving.knative.dev~1rollout-duration",
                 {"a rollout of half seconds", R"("60.5s")",
                  kDenied + "rollout-duration=60.5s is not at second precision: "
                            "metadata.annotations.serving.knative.dev/rollout-duration"});
  edit({{"metadata", {{"annotations", {{"serving.knative.dev/foo", "fine"}}}}}});
}

TEST_F(Refusals, OfAChangedTemplateThatKeepsItsName) {
  edit(Json::parse(R"({"spec":{"template":{"metadata":{"name":"demo-blue"}}}})"));
  const Answer answer = call(
      "PATCH", demo_path(), R"({"spec":{"template":{"spec":{"timeoutSeconds":60}}}})", kMergePatch);
  EXPECT_EQ(answer.status, 400);
  const std::string words =
      kDenied +
      "Saw the following changes without a name change (-old +new): spec.template.metadata.name\n";
  EXPECT_EQ(message(answer).substr(0, words.size()), words);
}

TEST_F(Refusals, OfAnotherSpecOfARevisionButNotOfItsLabels) {
  until("the first Revision", [&] { return !read(serving("revisions", "demo-00001")).is_null(); });
  const std::string path = serving("revisions", "demo-00001");
  const Answer spec = call("PATCH", path, R"({"spec":{"timeoutSeconds":60}})", kMergePatch);
  EXPECT_EQ(spec.status, 400);
  const std::string words = kDenied + "Immutable fields changed (-old +new): spec\n";
  EXPECT_EQ(message(spec).substr(0, words.size()), words);
  edit({{"metadata", {{"labels", {{"team", "shop"}}}}}}, path);
  EXPECT_EQ(read(path)["metadata"]["labels"]["team"], "shop");
}

TEST_F(Refusals, OfUnknownFieldsWhereStrictnessIsAskedFor) {
  const std::string patch = R"({"spec":{"traffic":[{"percent":100,"weight":3}]}})";
  const Answer strict = call("PATCH", demo_path() + "?fieldValidation=Strict", patch, kMergePatch);
  EXPECT_EQ(strict.status, 422);
  EXPECT_EQ(string_or(strict.body, "reason"), "Invalid");
  const std::string words = "strict decoding error: unknown field \"spec.traffic[0].weight\"";
  EXPECT_NE(message(strict).find(words), std::string::npos) << message(strict);

  Json object = service_object("other", "example.com/app");
  object["spec"]["traffic"] = Json::parse(R"([{"percent":100,"weight":3}])");
  const Answer made =
      call("POST", serving("services") + "?fieldValidation=Strict", dump_json(object));
  EXPECT_EQ(made.status, 400);
  EXPECT_NE(message(made).find(words), std::string::npos) << message(made);

  const Answer known = call("PATCH", demo_path() + "?fieldValidation=Strict",
                            R"({"spec":{"traffic":[{"percent":100,"tag":"t"}]}})", kMergePatch);
  EXPECT_EQ(known.status, 200) << message(known);
}

}  // namespace
}  // namespace freshet::conformance
