// `freshet check`: the report's two forms, and the examples that ship.
#include "config/check.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"

namespace freshet {
namespace {

std::string head(const std::string& name) {
  return "---\napiVersion: freshet.dev/v1alpha1\nkind: TrackedService\nmetadata: {name: " + name +
         ", namespace: shop}\n";
}

TEST(Check, WritesALineForEachProblemAndForEachGoodDocument) {
  const CheckReport report = check_documents(
      "a.yaml", head("checkout") + head("till") + "spec:\n  poll: {evry: 5}\n  suspend: yes\n");
  EXPECT_FALSE(report.ok());
  EXPECT_EQ(to_text(report),
            "a.yaml: shop/checkout is in order\n"
            "a.yaml:10:10: spec.poll.evry: unknown field evry; did you mean every?\n"
            "a.yaml:11:12: spec.suspend: found yes; allowed: true or false\n");
}

TEST(Check, WritesJsonForEditors) {
  const CheckReport report = check_documents("-", head("checkout") + "spec: {suspend: 1}\n");
  EXPECT_EQ(to_json(report), Json::parse(R"({"file": "-", "ok": false, "documents": [
      {"name": "shop/checkout", "problems": [{"path": "spec.suspend", "line": 5, "column": 17,
       "message": "found 1", "found": "1", "allowed": "true or false", "nearest": ""}]}]})"));
}

TEST(Check, SaysThatAFileHoldsNothing) {
  EXPECT_EQ(to_text(check_documents("a.yaml", "# nothing\n")),
            "a.yaml: no TrackedService or policy in it\n");
}

TEST(Check, RefusesTwoTrackedServicesForOneService) {
  const CheckReport report =
      check_documents("a.yaml", head("checkout") + head("other") + "spec: {service: checkout}\n" +
                                    head("checkout"));
  EXPECT_EQ(to_text(report),
            "a.yaml: shop/checkout is in order\n"
            "a.yaml: spec.service: Service checkout is tracked by shop/checkout already\n"
            "a.yaml: metadata.name: shop/checkout stands in this file already\n");
}

class Examples : public testing::TestWithParam<const char*> {};

TEST_P(Examples, AreInOrder) {
  const Result<std::string> text = read_file(GetParam(), kMaxDocumentBytes);
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(to_text(check_documents(GetParam(), *text)),
            std::string(GetParam()) + ": shop/checkout is in order\n");
}

INSTANTIATE_TEST_SUITE_P(All, Examples,
                         testing::Values("examples/defaults.yaml", "examples/minimal.yaml",
                                         "examples/gate.yaml", "examples/new-base.yaml",
                                         "examples/newest-version.yaml", "examples/promises.yaml",
                                         "examples/staged.yaml"));

TEST(Examples, DefaultsAreWhatTheyAreSaidToBe) {
  const Result<std::string> text = read_file("examples/defaults.yaml", kMaxDocumentBytes);
  ASSERT_TRUE(text) << text.error().message;
  TrackedService expected;
  expected.name = "checkout";
  expected.name_space = "shop";
  expected.spec.service = "checkout";
  expected.spec.images = {{"", "ghcr.io/acme/checkout:1.4"}};
  const auto parsed = parse_tracked_services_yaml(*text);
  ASSERT_EQ(parsed.size(), 1u);
  EXPECT_EQ(parsed.front().object, expected);
}

}  // namespace
}  // namespace freshet
