// Documents that are not in order as a whole: sentences, and the exact messages they get.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "config/parse.h"
#include "tests/config/problems.h"

namespace freshet {
namespace {

const std::vector<Row> kUnknownRows = {
    {"shadow",
     "  shadow: {}\n",
     {"spec.shadow (line 5, column 3): unknown field shadow; allowed: service, images, poll, "
      "rollout, analysis, gates, suspend"}},
};

const std::vector<Row> kYamlRows = {
    {"a key stands once",
     "  suspend: true\n  suspend: false\n",
     {"spec.suspend (line 6, column 3): suspend stands twice in one mapping, first on line 5"}},
    {"an anchor is refused",
     "  poll: &a {every: 5m}\n",
     {"spec.poll (line 5, column 9): anchors are not accepted: found &a"}},
    {"an alias is refused",
     "  poll: *a\n",
     {"line 5, column 9: not YAML: the referenced anchor is not defined"}},
    {"an alias of an anchor never comes into play",
     "  poll: &a {every: 5m}\n  rollout: *a\n",
     {"spec.poll (line 5, column 9): anchors are not accepted: found &a"}},
    {"a merge key is refused",
     "  <<: {a: b}\n",
     {"spec (line 5, column 3): merge keys are not accepted: found <<"}},
    {"an explicit type is refused",
     "  poll: !!str a\n",
     {"spec.poll (line 5, column 9): explicit types are not accepted: found "
      "tag:yaml.org,2002:str"}},
    {"a key that is a list is refused",
     "  ? [a]\n  : b\n",
     {"spec (line 5, column 5): a key has to be text: found a list or a mapping (is a bracket "
      "open?)"}},
    {"a bracket left open is a syntax error",
     "  poll: [\n",
     {"line 6, column 1: not YAML: end of sequence flow not found"}},
    {"a tab for indentation is a syntax error",
     "\tpoll: {}\n",
     {"line 5, column 6: not YAML: illegal map value"}},
};

const std::vector<Row> kEnvelopeRows = {
    {"another kind is refused",
     "apiVersion: v1\nkind: Service\n",
     {"kind (line 2, column 7): found \"Service\"; allowed: TrackedService"}},
    {"another version is refused",
     "apiVersion: freshet.dev/v1\nkind: TrackedService\n",
     {"apiVersion (line 1, column 13): found \"freshet.dev/v1\"; allowed: freshet.dev/v1alpha1"}},
    {"apiVersion is needed",
     "kind: TrackedService\nmetadata: {name: a}\n",
     {"line 1, column 1: apiVersion is missing; allowed: freshet.dev/v1alpha1"}},
    {"plain text is no TrackedService",
     "a\n",
     {"line 1, column 1: found \"a\"; allowed: a TrackedService"}},
    {"a sign that starts nothing is a syntax error",
     ", a: b\n",
     {"line 1, column 1: not YAML: found a sign that starts nothing"}},
    {"metadata is needed",
     "kind: TrackedService\napiVersion: freshet.dev/v1alpha1\n",
     {"line 1, column 1: metadata.name is missing; allowed: a name"}},
    {"a name is needed",
     "kind: TrackedService\napiVersion: freshet.dev/v1alpha1\nmetadata: {namespace: shop}\n",
     {"metadata (line 3, column 11): metadata.name is missing; allowed: a name"}},
    {"metadata misspelt is told",
     "kind: TrackedService\napiVersion: freshet.dev/v1alpha1\nmetadata: {nam: x}\n",
     {"metadata.nam (line 3, column 12): unknown field nam; did you mean name?"}},
    {"a name with a dot needs spec.service",
     "kind: TrackedService\napiVersion: freshet.dev/v1alpha1\nmetadata: {name: x.y}\n",
     {"spec.service (line 1, column 1): missing, and metadata.name x.y cannot be a Service's "
      "name; allowed: a Knative Service's name"}},
    {"a name that starts with a digit needs spec.service",
     "kind: TrackedService\napiVersion: freshet.dev/v1alpha1\nmetadata: {name: 1x}\n",
     {"spec.service (line 1, column 1): missing, and metadata.name 1x cannot be a Service's "
      "name; allowed: a Knative Service's name"}},
    {"spec misspelt is told",
     "kind: TrackedService\napiVersion: freshet.dev/v1alpha1\nmetadata: {name: x}\nspce: {}\n",
     {"spce (line 4, column 1): unknown field spce; did you mean spec?"}},
};

void expect_rows(const std::vector<Row>& rows, const std::string& head) {
  for (const Row& row : rows) {
    EXPECT_EQ(problems_of(head + row.text), row.problems) << row.sentence;
  }
}

TEST(BadInput, FieldsThatDoNotWorkYetAreUnknown) { expect_rows(kUnknownRows, kHead); }
TEST(BadInput, WhatYamlOffersBeyondAPlainTreeIsRefused) { expect_rows(kYamlRows, kHead); }
TEST(BadInput, TheEnvelopeIsChecked) { expect_rows(kEnvelopeRows, ""); }

TEST(BadInput, AllProblemsOfADocumentComeAtOnceInWrittenOrder) {
  EXPECT_EQ(problems_of(kHead + "  poll: {evry: 5m}\n"
                                "  rollout:\n"
                                "    steps: [5, 5]\n"
                                "    steps: [1]\n"
                                "    tag: Freshet\n"
                                "  suspend: on\n"),
            (std::vector<std::string>{
                "spec.poll.evry (line 5, column 10): unknown field evry; did you mean every?",
                "spec.rollout.steps[1] (line 7, column 16): steps must rise: found 5 after 5; "
                "allowed: a whole number from 6 to 99",
                "spec.rollout.steps (line 8, column 5): steps stands twice in one mapping, "
                "first on line 7",
                "spec.rollout.tag (line 9, column 10): found \"Freshet\"; allowed: a name of at "
                "most 63 lower-case letters, digits and -, starting with a letter",
                "spec.suspend (line 10, column 12): found on; allowed: true or false"}));
}

TEST(BadInput, OneBadDocumentLeavesTheOthersReadable) {
  const auto parsed =
      parse_tracked_services_yaml(kHead + "  suspend: 1\n---\n" + kHead + "  suspend: true\n");
  ASSERT_EQ(parsed.size(), 2u);
  EXPECT_FALSE(parsed[0].ok());
  EXPECT_TRUE(parsed[1].ok());
}

TEST(BadInput, DepthLengthAndBytesAreRefusedBeforeAnythingElse) {
  EXPECT_EQ(problems_of("a: " + std::string(100, '[') + std::string(100, ']')).size(), 1u);
  EXPECT_EQ(problems_of(std::string(1 << 20, ' ') + "a"),
            std::vector<std::string>{"longer than 1048576 bytes: found 1048577"});
  EXPECT_EQ(problems_of("a: \xff\xfe"), std::vector<std::string>{"not UTF-8"});
  EXPECT_EQ(problems_of(std::string("a: b\x04 c")),
            std::vector<std::string>{"control characters are not accepted: found \\x04"});
}

TEST(BadInput, AThousandMistakesAreListedUpToTheBound) {
  std::string text = kHead + "  rollout:\n";
  for (int i = 0; i < 1000; ++i) text += "    wrong" + std::to_string(i) + ": 1\n";
  const std::vector<std::string> problems = problems_of(text);
  ASSERT_EQ(problems.size(), kMaxProblems);
  EXPECT_THAT(problems, testing::Contains("more than 100 problems; the rest is not listed"));
}

TEST(BadInput, AProblemOfAnApiObjectHasNoLine) {
  const ParsedTrackedService parsed = parse_tracked_service_json(Json::parse(R"({
    "apiVersion": "freshet.dev/v1alpha1", "kind": "TrackedService",
    "metadata": {"name": "checkout"}, "spec": {"rollout": {"steps": [20, 5], "step": 1}}})"));
  EXPECT_EQ(parsed.problems,
            (std::vector<Problem>{
                {"spec.rollout.step", 0, 0, "unknown field step", "step",
                 "steps, minimumStep, bake, readyWithin, deadline, approval, whenSuperseded, "
                 "whenInconclusive, writeMode, onRollback, rejectionExpires, sameContent, newBase, "
                 "tag, allowOverwrite",
                 "steps"},
                {"spec.rollout.steps[1]", 0, 0, "steps must rise: found 5 after 20", "5",
                 "a whole number from 21 to 99", ""}}));
}

}  // namespace
}  // namespace freshet
