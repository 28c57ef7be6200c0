// The checks of a new digest, a table each: what passes, what waits, what is refused, in which
// words.
#include "controller/registry/confirm_checks.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace freshet {
namespace {

const TimePoint kSeen = *parse_rfc3339("2026-11-23T02:00:00Z");
const Platform kAmd{"linux", "amd64", ""};
const Platform kArm{"linux", "arm64", ""};
const Platform kArmV8{"linux", "arm64", "v8"};
const Platform kWindows{"windows", "amd64", ""};

ConfirmCase case_of() {
  ConfirmCase out{"ghcr.io/acme/app:1.4",
                  Confirmed{*Digest::parse("sha256:" + std::string(64, 'a')), "m", {kAmd}, kSeen}};
  out.first_seen = kSeen;
  out.now = kSeen;
  out.wanted.whose = "the cluster's nodes";
  return out;
}

std::string told(const ConfirmCase& one) {
  const auto verdict = judge(one);
  if (const auto* wait = std::get_if<WaitUntil>(&verdict)) return wait->sentence;
  if (const auto* refused = std::get_if<NotAllowed>(&verdict)) return refused->sentence;
  return "";
}

TEST(ConfirmChecks, AreThese) {
  std::vector<std::string_view> names;
  for (const ConfirmCheck& check : confirm_checks()) names.push_back(check.name);
  EXPECT_EQ(names,
            (std::vector<std::string_view>{"PlatformsPresent", "SizeWithinLimit", "MinimumAge"}));
}

TEST(ConfirmChecks, PlatformsPresent) {
  struct Row {
    const char* sentence;
    std::vector<Platform> found;
    std::vector<Platform> wanted;
    bool any_will_do;
    const char* told;  // "" passes
  };
  const std::string start =
      "ghcr.io/acme/app:1.4 names aaaaaaaaaaaa, which check PlatformsPresent refuses; ";
  const std::vector<Row> rows = {
      {"nothing is asked where no node is known", {kAmd}, {}, false, ""},
      {"the nodes' one platform is there", {kAmd, kArm}, {kAmd}, false, ""},
      {"another platform alone is refused",
       {kArm},
       {kAmd},
       false,
       "found: linux/arm64; allowed: linux/amd64 (the cluster's nodes)"},
      {"each platform of the nodes is needed",
       {kAmd},
       {kAmd, kArm},
       false,
       "found: linux/amd64; allowed: linux/amd64 and linux/arm64 (the cluster's nodes)"},
      {"one is enough where it cannot be told which nodes", {kAmd}, {kAmd, kArm}, true, ""},
      {"and none of them is not",
       {kAmd},
       {kWindows, kArm},
       true,
       "found: linux/amd64; allowed: windows/amd64 or linux/arm64 (the cluster's nodes)"},
      {"arm64 runs what is for arm64/v8", {kArmV8}, {kArm}, false, ""},
      {"arm64/v8 runs what is for arm64", {kArm}, {kArmV8}, false, ""},
      {"an image that does not tell may have it", {}, {kArm}, false, ""},
  };
  for (const Row& row : rows) {
    ConfirmCase one = case_of();
    one.found.platforms = row.found;
    one.wanted.platforms = row.wanted;
    one.wanted.any_will_do = row.any_will_do;
    EXPECT_EQ(told(one), *row.told == 0 ? "" : start + row.told) << row.sentence;
  }
}

TEST(ConfirmChecks, SizeWithinLimit) {
  struct Row {
    const char* sentence;
    std::optional<std::int64_t> bytes;
    bool passes;
  };
  const std::vector<Row> rows = {
      {"a size that is not known is no reason", std::nullopt, true},
      {"at the limit", 1 << 20, true},
      {"above it", (1 << 20) + 1, false},
  };
  for (const Row& row : rows) {
    ConfirmCase one = case_of();
    one.max_image_bytes = 1 << 20;
    one.found.layer_bytes = row.bytes;
    EXPECT_EQ(told(one).empty(), row.passes) << row.sentence;
    if (row.passes) continue;
    EXPECT_EQ(
        told(one),
        "ghcr.io/acme/app:1.4 names aaaaaaaaaaaa, which check SizeWithinLimit refuses; found: "
        "1,048,577 bytes of compressed layers; allowed: at most 1,048,576 "
        "(--max-image-size)");
  }
}

TEST(ConfirmChecks, MinimumAge) {
  struct Row {
    const char* sentence;
    Duration age;
    std::optional<TimePoint> created;
    TimePoint now;
    std::optional<TimePoint> until;  // nullopt: it passes
  };
  const std::vector<Row> rows = {
      {"no age is asked, whatever the clocks say", hours(0), kSeen, kSeen - hours(1), {}},
      {"new images rest from when they were seen", hours(24), kSeen - days(3), kSeen,
       kSeen + hours(24)},
      {"or from when they were made, if that is later", hours(24), kSeen + minutes(5), kSeen,
       kSeen + hours(24) + minutes(5)},
      {"an image that does not tell counts from when it was seen",
       hours(24),
       {},
       kSeen,
       kSeen + hours(24)},
      {"just before the end", hours(24), kSeen, kSeen + hours(24) - seconds(1), kSeen + hours(24)},
      {"at the end it passes", hours(24), kSeen, kSeen + hours(24), {}},
  };
  for (const Row& row : rows) {
    ConfirmCase one = case_of();
    one.found.created = row.created;
    one.minimum_age = row.age;
    one.now = row.now;
    const auto verdict = judge(one);
    const auto* wait = std::get_if<WaitUntil>(&verdict);
    EXPECT_EQ(wait ? std::optional(wait->until) : std::nullopt, row.until) << row.sentence;
  }
  ConfirmCase one = case_of();
  one.minimum_age = hours(24);
  EXPECT_EQ(
      told(one),
      "ghcr.io/acme/app:1.4 names aaaaaaaaaaaa, which check MinimumAge lets wait until "
      "2026-11-24T02:00:00Z; found: first seen 2026-11-23T02:00:00Z; allowed: 1d old or older "
      "(images[].minimumAge)");
}

TEST(ConfirmChecks, TheFirstThatDoesNotPassDecides) {
  ConfirmCase one = case_of();
  one.wanted.platforms = {kArm};
  one.found.layer_bytes = kDefaultMaxImageBytes + 1;
  one.minimum_age = hours(1);
  EXPECT_NE(told(one).find("PlatformsPresent"), std::string::npos);
  one.wanted.platforms.clear();
  EXPECT_NE(told(one).find("SizeWithinLimit"), std::string::npos);
  one.found.layer_bytes.reset();
  EXPECT_TRUE(std::holds_alternative<WaitUntil>(judge(one)));
  one.minimum_age = hours(0);
  EXPECT_EQ(judge(one), ConfirmVerdict(Passed{}));
}

}  // namespace
}  // namespace freshet
