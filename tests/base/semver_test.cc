// Semantic versions by the examples of the specification; ranges by the tables of node-semver's
// documentation.
#include <gtest/gtest.h>

#include "base/semver_range.h"
#include "base/text.h"

namespace freshet {
namespace {

TEST(SemVer, ReadsWholeVersionsOnly) {
  EXPECT_EQ(parse_semver("1.4.2"), (SemVer{1, 4, 2, {}}));
  EXPECT_EQ(parse_semver("v1.4.2"), (SemVer{1, 4, 2, {}}));
  EXPECT_EQ(parse_semver("1.0.0-x.7.z-92.0"), (SemVer{1, 0, 0, {"x", "7", "z-92", "0"}}));
  EXPECT_EQ(parse_semver("1.0.0-x-y-z.--"), (SemVer{1, 0, 0, {"x-y-z", "--"}}));
  EXPECT_EQ(parse_semver("20261128.0.0"), (SemVer{20261128, 0, 0, {}}));
  for (const char* text :
       {"",         "v",          "1",         "1.4",     "1.4.2.1",
        "01.4.2",   "1.04.2",     "1.4.02",    "1.4.x",   "1.4.2-",
        "1.4.2-01", "1.4.2-a..b", "1.4.2-a_b", "vv1.4.2", "V1.4.2",
        "1.4.2+5",  "-1.4.2",     "1. 4.2",    "latest",  "9999999999999999999.0.0"}) {
    EXPECT_EQ(parse_semver(text), std::nullopt) << text;
  }
}

TEST(SemVer, PrecedenceIsThatOfTheSpecification) {
  const std::vector<std::string> rising = {
      "0.0.4",      "1.0.0-alpha",  "1.0.0-alpha.1", "1.0.0-alpha.beta",
      "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
      "1.0.0",      "1.2.0",        "1.10.0",        "2.0.0",
      "2.1.0",      "2.1.1",        "10.0.0"};
  for (std::size_t i = 0; i < rising.size(); ++i) {
    for (std::size_t j = 0; j < rising.size(); ++j) {
      EXPECT_EQ(*parse_semver(rising[i]) <=> *parse_semver(rising[j]), i <=> j)
          << rising[i] << " and " << rising[j];
    }
  }
  EXPECT_EQ(to_string(*parse_semver("v1.0.0-rc.1")), "1.0.0-rc.1");
}

struct RangeRow {
  std::string range;
  std::string within;   // versions, with a space between them
  std::string without;  // of them
};

TEST(SemVerRange, HasWhatItsNotationSays) {
  const std::vector<RangeRow> rows = {
      {"~1.4", "1.4.0 v1.4.9", "1.3.9 1.5.0 2.4.0 1.4.3-rc.1 1.5.0-rc.1"},
      {"~1.4.2", "1.4.2 1.4.20", "1.4.1 1.5.0"},
      {"~1", "1.0.0 1.9.9", "0.9.9 2.0.0"},
      {"~0.2.3", "0.2.3 0.2.9", "0.2.2 0.3.0"},
      {"~1.2.3-beta.2", "1.2.3-beta.2 1.2.3-beta.4 1.2.3 1.2.9", "1.2.3-beta.1 1.2.4-beta.2 1.3.0"},
      {"~> 1.4", "1.4.0 1.4.9", "1.5.0"},
      {"^1", "1.0.0 1.99.0", "0.9.0 2.0.0 2.0.0-alpha"},
      {"^1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0"},
      {"^0.2.3", "0.2.3 0.2.9", "0.2.2 0.3.0 1.2.3"},
      {"^0.0.3", "0.0.3", "0.0.2 0.0.4"},
      {"^1.2.3-beta.2", "1.2.3-beta.2 1.2.3 1.9.0", "1.2.4-beta.2 2.0.0"},
      {"^0.0.3-beta", "0.0.3-beta 0.0.3-pr.2 0.0.3", "0.0.3-alpha 0.0.4"},
      {"^1.2.x", "1.2.0 1.9.0", "1.1.9 2.0.0"},
      {"^0.0.x", "0.0.0 0.0.9", "0.1.0"},
      {"^0.0", "0.0.0 0.0.9", "0.1.0"},
      {"^1.x", "1.0.0 1.9.9", "2.0.0"},
      {"^0.x", "0.0.0 0.9.9", "1.0.0"},
      {">=1.4 <2", "1.4.0 1.99.0", "1.3.9 2.0.0 2.0.0-rc.1"},
      {">= 1.4, < 2", "1.4.0 1.99.0", "1.3.9 2.0.0"},
      {">1.4", "1.5.0", "1.4.0 1.4.9"},
      {">1", "2.0.0", "1.0.0 1.9.9"},
      {">1.4.2", "1.4.3", "1.4.2"},
      {"<1.4", "1.3.9 0.0.0", "1.4.0 1.4.0-rc.1"},
      {"<=1.4", "1.4.0 1.4.9 0.1.0", "1.5.0"},
      {"<=1.4.2", "1.4.2", "1.4.3"},
      {"1.4.x", "1.4.0 1.4.9", "1.5.0"},
      {"1.4", "1.4.0 1.4.9", "1.5.0"},
      {"1.X", "1.0.0 1.9.9", "2.0.0"},
      {"1", "1.0.0 1.9.9", "2.0.0"},
      {"*", "0.0.0 9.9.9", "1.0.0-rc.1"},
      {">=x", "0.0.0 9.9.9", "1.0.0-rc.1"},
      {"1.4.2", "1.4.2 v1.4.2", "1.4.3 1.4.2-rc.1"},
      {"=v1.4.2", "1.4.2", "1.4.3"},
      {"1.2.3 - 2.3.4", "1.2.3 2.3.4", "1.2.2 2.3.5"},
      {"1.2 - 2.3.4", "1.2.0 2.3.4", "1.1.9 2.3.5"},
      {"1.2.3 - 2.3", "1.2.3 2.3.9", "2.4.0"},
      {"1.2.3 - 2", "1.2.3 2.9.9", "3.0.0"},
      {"1.2.7 || >=1.2.9 <2.0.0", "1.2.7 1.2.9 1.4.6", "1.2.8 2.0.0"},
      {"~1.4||~1.6", "1.4.1 1.6.1", "1.5.0"},
      {">1.2.3-alpha.3", "1.2.3-alpha.7 1.2.3 3.4.5", "1.2.3-alpha.3 3.4.5-alpha.9"},
      {">=1.5.0-0", "1.5.0-rc.1 1.5.0 1.6.0 1.6.0-rc.1 2.0.0-alpha", "1.4.9"},
      {">=1.5.0-0 <2", "1.5.0-rc.1 1.6.0-rc.1 1.9.9", "2.0.0-rc.1 2.0.0 1.4.9-rc.1"},
      {"~1.4.0-0", "1.4.0-rc.1 1.4.3-rc.1 1.4.3", "1.5.0-rc.1 1.3.9"},
      {"^1.4.0-0", "1.4.0-rc.1 1.6.0-rc.1 1.6.0", "2.0.0-rc.1"},
      {"1.4.0-0 - 1.6", "1.4.0-rc.1 1.6.3-rc.1", "1.7.0-rc.1"},
      {">=1.5.0-0 || ~1.2", "1.6.0-rc.1 1.2.3", "1.2.3-rc.1"},
      {"<1.5.0-0", "1.4.9", "1.4.9-rc.1 1.5.0-rc.1"},
      {">=1.5.0-0.1", "1.5.0-rc.1 1.6.0", "1.6.0-rc.1"},
  };
  for (const RangeRow& row : rows) {
    const auto range = parse_semver_range(row.range);
    ASSERT_TRUE(range.has_value()) << row.range << ": " << range.error().message;
    for (const auto& version : split(row.within, ' ')) {
      EXPECT_TRUE(range->contains(*parse_semver(version))) << version << " in " << row.range;
    }
    for (const auto& version : split(row.without, ' ')) {
      EXPECT_FALSE(range->contains(*parse_semver(version))) << version << " not in " << row.range;
    }
  }
}

TEST(SemVerRange, RefusesWhatSaysNothing) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"", "a part of the range is empty; * is every release"},
      {"1.4 ||", "a part of the range is empty; * is every release"},
      {"latest", "'latest' is no version or range"},
      {">=1.4 <two", "'<two' is no version or range"},
      {"1.4.2.1", "'1.4.2.1' is no version or range"},
      {"1.x.2", "'1.x.2' is no version or range"},
      {"1.4-rc.1", "'1.4-rc.1' is no version or range"},
      {">*", "'>*' is no version or range"},
      {"<", "'<' is no version or range"},
      {"01.4", "'01.4' is no version or range"},
      {"1.4.2+build", "'1.4.2+build' is no version or range"},
      {"1.2 - x", "'1.2 - x' is no version or range"},
      {std::string(201, '1'), "the range is too long"},
  };
  for (const auto& [text, message] : rows) {
    const auto range = parse_semver_range(text);
    ASSERT_FALSE(range.has_value()) << text;
    EXPECT_EQ(range.error().message, message) << text;
  }
}

}  // namespace
}  // namespace freshet
