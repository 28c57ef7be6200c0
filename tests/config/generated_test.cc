// What is generated from the description equals what is committed, and covers every field.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "config/crd.h"
#include "config/parse.h"
#include "config/reference.h"
#include "config/rollout_policy.h"
#include "config/status.h"

namespace freshet {
namespace {

std::string committed(const std::string& path) {
  const Result<std::string> text = read_file(path, kMaxDocumentBytes);
  return text ? *text : text.error().message;
}

const Json& schema() {
  static const Json json = crd();
  return json["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
}

const Json& schema_of_policy() {
  static const Json json = policy_crd(kRolloutPolicy);
  return json["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
}

// Structural (apiextensions v1): each value has one type or one of the two extensions that stand
// for one, and no defaults.
void expect_structural(const Json& node, const std::string& path) {
  const bool typed = node.contains("type") || node.contains("x-kubernetes-int-or-string") ||
                     node.contains("x-kubernetes-preserve-unknown-fields");
  EXPECT_TRUE(typed) << path;
  EXPECT_FALSE(node.contains("default")) << path;
  if (node.contains("properties")) {
    for (const auto& [name, property] : node["properties"].items()) {
      expect_structural(property, path + "." + name);
    }
  }
  for (const char* inner : {"items", "additionalProperties"}) {
    if (node.contains(inner)) expect_structural(node[inner], path + "[]");
  }
}

// Every field that is written is declared: the API server prunes what is not.
void expect_declared(const Json& value, const Json& node, const std::string& path) {
  if (value.is_object() && node.contains("properties")) {
    for (const auto& [name, field] : value.items()) {
      ASSERT_TRUE(node["properties"].contains(name)) << path << "." << name;
      expect_declared(field, node["properties"][name], path + "." + name);
    }
  } else if (value.is_array()) {
    for (const Json& item : value) expect_declared(item, node["items"], path + "[]");
  }
}

TEST(Generated, TheCommittedCrdIsTheGeneratedOne) {
  EXPECT_TRUE(committed("deploy/crd.yaml") == crd_yaml()) << "run: freshet crd > deploy/crd.yaml";
}

TEST(Generated, TheCommittedReferencePageIsTheGeneratedOne) {
  EXPECT_TRUE(committed("config/reference.md") == reference_markdown())
      << "run: freshet reference > config/reference.md";
}

TEST(Generated, TheCrdsAreStructuralWithoutDefaults) {
  expect_structural(schema(), "");
  expect_structural(schema_of_policy(), "");
}

TEST(Generated, TheCrdNamesTheResourceAsPeopleTypeIt) {
  const Json names = crd()["spec"]["names"];
  EXPECT_EQ(crd()["metadata"]["name"], "trackedservices.freshet.dev");
  EXPECT_EQ(names["kind"], "TrackedService");
  EXPECT_EQ(names["shortNames"], Json({"ts"}));
  EXPECT_EQ(crd()["spec"]["scope"], "Namespaced");
  EXPECT_TRUE(crd()["spec"]["versions"][0]["subresources"].contains("status"));
}

TEST(Generated, EachPrinterColumnShowsADeclaredField) {
  std::string names;
  const Json columns = crd()["spec"]["versions"][0]["additionalPrinterColumns"];
  for (const Json& column : columns) {
    names += column["name"].get<std::string>() + " ";
    const Json* node = &schema();
    std::string path = column["jsonPath"].get<std::string>() + ".";
    for (std::size_t from = 1, to; (to = path.find('.', from)) != std::string::npos;
         from = to + 1) {
      const std::string name = path.substr(from, to - from);
      ASSERT_TRUE((*node)["properties"].contains(name)) << path;
      node = &(*node)["properties"][name];
    }
  }
  EXPECT_EQ(names, "SERVICE PHASE PERCENT STABLE CANDIDATE IMAGE-CREATED MESSAGE ");
}

TEST(Generated, EveryFieldHasADescriptionThatIsASentence) {
  const std::function<void(const Json&, const std::string&)> look = [&](const Json& node,
                                                                        const std::string& path) {
    if (node.contains("properties")) {
      for (const auto& [name, property] : node["properties"].items()) {
        const std::string text = string_or(property, "description");
        EXPECT_TRUE(text.ends_with('.') || text.ends_with("…")) << path << "." << name;
        look(property, path + "." + name);
      }
    }
    if (node.contains("items")) look(node["items"], path + "[]");
  };
  look(schema()["properties"]["spec"], "spec");
  look(schema()["properties"]["status"], "status");
  look(schema_of_policy()["properties"]["spec"], "policy spec");
  look(schema_of_policy()["properties"]["status"], "policy status");
}

TEST(Generated, WhatTheControllerWritesIsDeclared) {
  TrackedServiceStatus status;
  status.stable = RevisionStatus{"a", "u", {{"app", "sha256:9c1e"}}, "a:1", TimePoint{}, {}};
  status.conditions = {{"Ready", "True", "Ok", "fine", TimePoint{} + days(1), 1}};
  status.verdict = VerdictStatus{"Continue", "waiting", "errors", 1, 2, 3, 4, 5, 6, 7, 8, 9};
  status.history = {{"7f", {}, {}, "a", "Promoted", "ok", {}, {}, 1, 2, 3, 4, 5}};
  status.tags = {{"a:1", {{"sha256:9c1e", {}}}}};
  expect_declared(status_to_json(status), schema()["properties"]["status"], "status");
}

TEST(Generated, TheReferencePageListsEveryFieldOfTheSpec) {
  const std::string page = reference_markdown();
  for (const char* name : {"service", "every", "steps", "holdback", "warmUp", "codes", "suspend"}) {
    EXPECT_NE(page.find("| `" + std::string(name) + "` |"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace freshet
