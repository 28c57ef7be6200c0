// Random damage: whatever a text or an object looks like, reading it ends with values and problems.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "base/files.h"
#include "config/check.h"
#include "config/status.h"

namespace freshet {
namespace {

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t bound) {
  return bound == 0 ? 0 : static_cast<std::size_t>(random() % bound);
}

// One to eight edits: a piece cut, doubled, moved, or replaced by something YAML cares about.
std::string damage(std::string text, Random& random) {
  static const std::vector<std::string> kPieces = {":",
                                                   "- ",
                                                   "[",
                                                   "]",
                                                   "{",
                                                   "}",
                                                   "&a",
                                                   "*a",
                                                   "!!str ",
                                                   "!2",
                                                   "|\n",
                                                   ">\n",
                                                   "\"",
                                                   "'",
                                                   "\t",
                                                   "#",
                                                   "\n",
                                                   "? ",
                                                   "<<:",
                                                   "---",
                                                   "~",
                                                   "%",
                                                   "\\",
                                                   "é",
                                                   "\xff",
                                                   "\x04",
                                                   "0x1",
                                                   "@",
                                                   "99999999999999999999",
                                                   "1e999",
                                                   "-.inf",
                                                   "        "};
  for (std::size_t edits = 1 + below(random, 8); edits > 0; --edits) {
    const std::size_t from = below(random, text.size());
    const std::size_t length = below(random, 12);
    const std::size_t to = below(random, text.size());
    switch (below(random, 4)) {
      case 0: text.erase(from, length); break;
      case 1: text.insert(to, text.substr(from, length * 4)); break;
      case 2: text.insert(to, kPieces[below(random, kPieces.size())]); break;
      default: text.replace(from, length, kPieces[below(random, kPieces.size())]); break;
    }
  }
  return text;
}

TEST(Mutation, DamagedTextGivesProblemsWithinTheTextOrAnObjectThatReadsBack) {
  Random random(20261123);
  const Result<std::string> text = read_file("examples/staged.yaml", kMaxDocumentBytes);
  ASSERT_TRUE(text);
  int good = 0;
  for (int round = 0; round < 4000; ++round) {
    const std::string damaged = damage(*text, random);
    const auto lines = std::count(damaged.begin(), damaged.end(), '\n') + 1;
    for (const ParsedTrackedService& parsed : parse_tracked_services_yaml(damaged)) {
      for (const Problem& problem : parsed.problems) {
        EXPECT_FALSE(problem.message.empty()) << damaged;
        EXPECT_LE(problem.line, lines) << to_string(problem) << "\n" << damaged;
      }
      if (!parsed.ok()) continue;
      ++good;
      const auto again = parse_tracked_services_yaml(to_yaml(to_json(parsed.object)));
      ASSERT_EQ(again.size(), 1u) << damaged;
      EXPECT_EQ(again.front().problems, std::vector<Problem>{}) << damaged;
      EXPECT_EQ(again.front().object, parsed.object) << damaged;
    }
  }
  EXPECT_GT(good, 100);
}

// Replaces one value somewhere inside by one of another shape.
void damage_json(Json& value, Random& random) {
  if (value.is_structured() && !value.empty() && below(random, 5) > 0) {
    auto item = value.begin();
    std::advance(item, static_cast<std::ptrdiff_t>(below(random, value.size())));
    damage_json(*item, random);
    return;
  }
  static const std::vector<Json> kOthers = {nullptr,
                                            true,
                                            0,
                                            -1,
                                            1e300,
                                            "",
                                            "text",
                                            Json::array(),
                                            Json::object(),
                                            Json::array({{}}),
                                            Json({{"a", 1}}),
                                            "2026-11-23T02:10:00Z",
                                            18446744073709551615u,
                                            "\xff"};
  value = kOthers[below(random, kOthers.size())];
}

TEST(Mutation, ADamagedStatusReadsAsAStatusThatReadsBack) {
  TrackedServiceStatus status;
  status.phase = "Shifting";
  status.stable = RevisionStatus{"a", "u", {{"app", "sha256:9c1e"}}, "a:1", TimePoint{}, {}};
  status.verdict = VerdictStatus{"Continue", "waiting", "errors", 1.5, 2, 3, 4, 5, 6, 7, 8, 9};
  status.holds = {{"freshet", "NoTraffic", "no requests", TimePoint{} + days(1), {}}};
  status.history = {{"7f", {{"a", "b"}}, {}, "a", "Promoted", "ok", {}, {}, 1, 2, 3, 4, 5}};
  status.tags = {{"a:1", {{"sha256:9c1e", TimePoint{} + days(2)}}}};
  const Json whole = status_to_json(status);
  Random random(7);
  for (int round = 0; round < 4000; ++round) {
    Json damaged = whole;
    for (std::size_t edits = 1 + below(random, 4); edits > 0; --edits) damage_json(damaged, random);
    const TrackedServiceStatus read = status_from_json(damaged);
    EXPECT_EQ(status_from_json(status_to_json(read)), read);
  }
}

TEST(Mutation, ADamagedApiObjectGivesProblemsOrAnObject) {
  const Json whole = Json::parse(R"({"apiVersion": "freshet.dev/v1alpha1",
    "kind": "TrackedService", "metadata": {"name": "checkout", "generation": 3,
    "annotations": {"a": "b"}, "finalizers": ["x"]}, "spec": {"images": [{"image": "a:1"}],
    "rollout": {"steps": [1, 5], "bake": {"for": "1m"}}, "analysis": {"errors": "auto"}}})");
  Random random(11);
  for (int round = 0; round < 4000; ++round) {
    Json damaged = whole;
    for (std::size_t edits = 1 + below(random, 4); edits > 0; --edits) damage_json(damaged, random);
    const ParsedTrackedService parsed = parse_tracked_service_json(damaged);
    EXPECT_TRUE(!parsed.ok() || !parsed.object.spec.service.empty());
    for (const Problem& problem : parsed.problems) EXPECT_EQ(problem.line, 0);
  }
}

}  // namespace
}  // namespace freshet
