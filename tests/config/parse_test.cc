// Reading and printing a TrackedService that is in order.
#include "config/parse.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace freshet {
namespace {

TrackedService parse_good(const std::string& text) {
  const std::vector<ParsedTrackedService> parsed = parse_tracked_services_yaml(text);
  EXPECT_EQ(parsed.size(), 1u);
  if (parsed.empty()) return {};
  for (const Problem& problem : parsed.front().problems) ADD_FAILURE() << to_string(problem);
  return parsed.front().object;
}

const std::string kHead =
    "apiVersion: freshet.dev/v1alpha1\n"
    "kind: TrackedService\n"
    "metadata: {name: checkout, namespace: shop}\n";

// Every field away from its default.
TrackedService full() {
  TrackedService object;
  object.name = "checkout";
  object.name_space = "shop";
  TrackedServiceSpec& spec = object.spec;
  spec.service = "till";
  spec.images = {{"app", "ghcr.io/acme/checkout:1.4"},
                 {"side", "localhost:5000/side:v1"},
                 {"cache", "ghcr.io/acme/cache", {}, FollowSpec{"~1.4", "", TagOrder::kNumerical}},
                 {"proxy",
                  "localhost:5000/proxy",
                  {},
                  FollowSpec{"", "^v1-(?P<n>[0-9]{8})$", TagOrder::kCreated}}};
  spec.poll.every = minutes(1);
  spec.rollout.steps = {2, 10};
  spec.rollout.minimum_step = seconds(90);
  spec.rollout.bake = {minutes(1), 10};
  spec.rollout.ready_within = minutes(3);
  spec.rollout.deadline = days(1) + hours(2);
  spec.rollout.approval = Approval::kBeforePromotion;
  spec.rollout.when_superseded = WhenSuperseded::kSupersede;
  spec.rollout.when_inconclusive = WhenInconclusive::kRollBack;
  spec.rollout.on_rollback = OnRollback::kLeaveTemplate;
  spec.rollout.rejection_expires = hours(1);
  spec.rollout.tag = "next";
  spec.rollout.allow_overwrite = true;
  spec.analysis.mode = AnalysisMode::kReadinessOnly;
  spec.analysis.false_rollback = 0.01;
  spec.analysis.missed_regression = 0.1;
  spec.analysis.errors = {MarginPair{{1.5, 0.001}, {2, 0.01}}, {"5xx", "429"}};
  spec.analysis.latency = {MarginPair{{1.25, 0.002}, {1.5, 0.003}}};
  spec.analysis.objectives = {{0.02, std::nullopt, std::nullopt},
                              {std::nullopt, seconds(1), 0.005}};
  spec.analysis.warm_up = seconds(30);
  spec.analysis.dispersion = 2.5;
  spec.analysis.checks = {{"memory",
                           R"(max(bytes{namespace="{{namespace}}",pod=~"{{revision}}-.*"}))",
                           WorseWhen::kLower, 1.5, 10}};
  spec.suspend = true;
  return object;
}

TEST(Parse, ReadsEveryFieldAsWritten) {
  const TrackedService object = parse_good(R"(
apiVersion: freshet.dev/v1alpha1
kind: TrackedService
metadata: {name: checkout, namespace: shop}
spec:
  service: till
  images:
    - {container: app, image: "ghcr.io/acme/checkout:1.4"}
    - container: side
      image: localhost:5000/side:v1
    - {container: cache, image: ghcr.io/acme/cache, follow: {semver: ~1.4}}
    - {container: proxy, image: "localhost:5000/proxy",
       follow: {pattern: '^v1-(?P<n>[0-9]{8})$', order: Created}}
  poll: {every: 1m}
  rollout:
    steps: [2, 10]
    minimumStep: 1m30s
    bake: {for: 60s, holdback: 10}
    readyWithin: 180s
    deadline: 1d2h
    approval: BeforePromotion
    whenSuperseded: Supersede
    whenInconclusive: RollBack
    writeMode: Pin
    onRollback: LeaveTemplate
    rejectionExpires: 1h
    tag: next
    allowOverwrite: true
  analysis:
    mode: ReadinessOnly
    falseRollback: 0.01
    missedRegression: 0.1
    errors: {rollback: 1.5x + 0.1%, promote: 2x+1%, codes: [5xx, "429"]}
    latency: {rollback: 1.25x + 0.2%, promote: 1.5x + 0.3%}
    objectives: [{errors: 2%}, {slowerThan: 1s, share: 0.5%}]
    warmUp: 30s
    dispersion: 2.5
    checks:
    - name: memory
      query: max(bytes{namespace="{{namespace}}",pod=~"{{revision}}-.*"})
      worse: Lower
      times: 1.5
      plus: 10
  suspend: true
)");
  EXPECT_EQ(object, full());
}

TEST(Parse, TakesDefaultsForWhatIsNotWrittenAndTheServiceFromTheName) {
  TrackedService expected;
  expected.name = "checkout";
  expected.name_space = "shop";
  expected.spec.service = "checkout";
  EXPECT_EQ(parse_good(kHead), expected);
  EXPECT_EQ(parse_good(kHead + "spec: {}\n"), expected);
}

TEST(Parse, ReadsTheWordAutoAsTheDefault) {
  const TrackedService object = parse_good(
      kHead +
      "spec: {rollout: {bake: {holdback: auto}}, analysis: {errors: auto, latency: auto}}\n");
  EXPECT_EQ(object.spec.rollout, RolloutSpec{});
  EXPECT_EQ(object.spec.analysis, AnalysisSpec{});
}

TEST(Parse, CountsOtherCodesAsErrorsWithAutomaticMargins) {
  const TrackedService object =
      parse_good(kHead + "spec: {analysis: {errors: {codes: [\"503\"]}}}\n");
  EXPECT_EQ(object.spec.analysis.errors, (ErrorsSpec{std::nullopt, {"503"}}));
}

TEST(Parse, KeepsAPercentExactlyTheFractionThatIsMeant) {
  for (const auto& [text, plus] : std::map<std::string, double>{
           {"0.1%", 0.001}, {"0.3%", 0.003}, {"0.7%", 0.007}, {"7%", 0.07}, {"100%", 1}}) {
    const TrackedService object = parse_good(
        kHead + "spec: {analysis: {latency: {rollback: 1x + 0%, promote: 2x + " + text + "}}}\n");
    const LatencySpec expected{MarginPair{{1, 0}, {2, plus}}};
    EXPECT_EQ(object.spec.analysis.latency, expected) << text;
    EXPECT_EQ(parse_good(to_yaml(to_json(object))), object) << text;
  }
}

TEST(Parse, ReadsJsonAndSeveralDocumentsOfOneFile) {
  const auto parsed = parse_tracked_services_yaml(
      "---\n# nothing\n---\n" + kHead + "---\n" +
      R"({"apiVersion":"freshet.dev/v1alpha1","kind":"TrackedService","metadata":{"name":"b"}})");
  ASSERT_EQ(parsed.size(), 2u);
  EXPECT_TRUE(parsed[0].ok() && parsed[1].ok());
  EXPECT_EQ(parsed[0].object.name, "checkout");
  EXPECT_EQ(parsed[1].object.name, "b");
}

TEST(Parse, ReadsTheApisObjectWithItsMetadata) {
  const ParsedTrackedService parsed = parse_tracked_service_json(Json::parse(R"({
    "apiVersion": "freshet.dev/v1alpha1", "kind": "TrackedService",
    "metadata": {"name": "checkout", "namespace": "shop", "uid": "u-1", "generation": 3,
      "resourceVersion": "77", "creationTimestamp": "2026-11-23T02:10:00Z",
      "deletionTimestamp": "2026-11-23T03:10:00Z", "deletionGracePeriodSeconds": 0,
      "finalizers": ["freshet.dev/traffic"], "annotations": {"freshet.dev/abort": "1 odd"},
      "labels": {"a": "b"}, "managedFields": [{"manager": "kubectl"}], "newer": true},
    "spec": {"rollout": {"steps": [5]}}, "status": {"phase": "Idle"}})"));
  TrackedService expected;
  expected.name = "checkout";
  expected.name_space = "shop";
  expected.uid = "u-1";
  expected.generation = 3;
  expected.resource_version = "77";
  expected.created = *parse_rfc3339("2026-11-23T02:10:00Z");
  expected.deleting = true;
  expected.finalizers = {"freshet.dev/traffic"};
  expected.labels = {{"a", "b"}};
  expected.annotations = {{"freshet.dev/abort", "1 odd"}};
  expected.spec.service = "checkout";
  expected.spec.rollout.steps = {5};
  EXPECT_THAT(parsed.problems, testing::IsEmpty());
  EXPECT_EQ(parsed.object, expected);
}

TEST(Print, WritesOnlyWhatDiffersFromTheDefaults) {
  TrackedService object = parse_good(kHead);
  object.spec.rollout.steps = {10, 50};
  object.spec.rollout.approval = Approval::kBeforePromotion;
  EXPECT_EQ(to_yaml(to_json(object)),
            "apiVersion: freshet.dev/v1alpha1\n"
            "kind: TrackedService\n"
            "metadata:\n"
            "  name: checkout\n"
            "  namespace: shop\n"
            "spec:\n"
            "  rollout:\n"
            "    approval: BeforePromotion\n"
            "    steps:\n"
            "    - 10\n"
            "    - 50\n");
}

TEST(Print, ReadsBackAsTheSameObject) {
  EXPECT_EQ(parse_good(to_yaml(to_json(full()))), full());
  const ParsedTrackedService parsed = parse_tracked_service_json(to_json(full()));
  EXPECT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.object, full());
}

TEST(Print, QuotesTextThatAYamlReaderCouldTakeForSomethingElse) {
  const Json words = {"yes", "010",        "1:30",        "",    "null", "a: b", "- a",
                      "#",   "a #b",       "5",           "1e3", "~",    "x ",   "é\n\"",
                      "{",   "2026-11-23", "plain words", "off", "0x1f"};
  EXPECT_EQ(to_yaml(words),
            "- \"yes\"\n- \"010\"\n- \"1:30\"\n- \"\"\n- \"null\"\n- \"a: b\"\n- \"- a\"\n- \"#\"\n"
            "- \"a #b\"\n- \"5\"\n- \"1e3\"\n- \"~\"\n- \"x \"\n- \"é\\n\\\"\"\n- \"{\"\n"
            "- \"2026-11-23\"\n- plain words\n- \"off\"\n- \"0x1f\"\n");
}

}  // namespace
}  // namespace freshet
