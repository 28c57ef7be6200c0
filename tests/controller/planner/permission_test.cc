// Whether policies permit, and when they next will.
#include "controller/planner/permission.h"

#include <gtest/gtest.h>

#include <random>

namespace freshet {
namespace {

TimePoint instant(const char* text) { return *parse_rfc3339(text); }

Policy policy(std::vector<WindowSpec> allow, std::vector<WindowSpec> deny = {}) {
  RolloutPolicy object;
  object.kind = kClusterRolloutPolicy;
  object.name = "hours";
  object.spec.owner = "platform";
  object.spec.reason = "month end";
  object.spec.allow = std::move(allow);
  object.spec.deny = std::move(deny);
  return policy_of(object);
}

const WindowSpec kWorkingHours = {
    {Weekday::kMon, Weekday::kTue, Weekday::kWed, Weekday::kThu, Weekday::kFri},
    "09:00",
    "16:00",
    "Europe/Berlin"};
const WindowSpec kHolidays = {{}, "2026-12-20", "2027-01-03", "Europe/Berlin"};

std::vector<std::string> reasons(const Permission& permission) {
  std::vector<std::string> out;
  for (const HoldStatus& hold : permission.holds) out.push_back(hold.reason);
  return out;
}

TEST(Permission, WithoutPoliciesEverythingIsPermitted) {
  EXPECT_EQ(permission({}, {}, instant("2026-11-28T12:00:00Z")), Permission{});
}

TEST(Permission, OutsideItsHoursAPolicyHoldsUntilTheyCome) {
  const TimePoint saturday = instant("2026-11-28T12:00:00Z");
  const Permission found = permission({policy({kWorkingHours})}, {}, saturday);
  const TimePoint monday = instant("2026-11-30T08:00:00Z");
  EXPECT_EQ(found,
            (Permission{{{"platform", "Window",
                          "ClusterRolloutPolicy hours of platform does not allow rollouts now: "
                          "month end; they go on at 2026-11-30T08:00:00Z",
                          saturday, monday}},
                        monday}));
  EXPECT_TRUE(permission({policy({kWorkingHours})}, {}, monday).may());
}

TEST(Permission, AFreezeIsStrongerThanHoursAndTheOpeningIsOfBoth) {
  const TimePoint eve = instant("2026-12-24T09:00:00Z");
  const Permission found = permission({policy({kWorkingHours}, {kHolidays})}, {}, eve);
  EXPECT_EQ(reasons(found), (std::vector<std::string>{"Freeze"}));
  EXPECT_EQ(found.opens, instant("2027-01-04T08:00:00Z"));  // a Monday
}

TEST(Permission, TheHoursOfSeveralPoliciesMustAllBeOpen) {
  const WindowSpec evening = {{}, "18:00", "20:00", "UTC"};
  const WindowSpec late = {{Weekday::kSun}, "19:30", "23:00", "UTC"};
  const Permission found =
      permission({policy({evening}), policy({late})}, {}, instant("2026-11-25T18:30:00Z"));
  EXPECT_EQ(reasons(found), (std::vector<std::string>{"Window"}));
  EXPECT_EQ(found.opens, instant("2026-11-29T19:30:00Z"));
}

TEST(Permission, WhatNeverOpensSaysNoTime) {
  const WindowSpec morning = {{}, "08:00", "09:00", "UTC"};
  const WindowSpec noon = {{}, "12:00", "13:00", "UTC"};
  const TimePoint now = instant("2026-11-25T08:30:00Z");
  EXPECT_EQ(permission({policy({morning}), policy({noon})}, {}, now).opens, std::nullopt);
  EXPECT_EQ(permission({policy({kHolidays})}, {}, instant("2027-02-01T00:00:00Z")).opens,
            std::nullopt);
}

TEST(Permission, AStopHoldsUntilItIsTakenBackWhateverTheImagesAge) {
  Policy stop = policy({});
  stop.stop = true;
  stop.waived_beyond = days(14);
  const TimePoint now = instant("2026-11-25T08:30:00Z");
  const Permission found = permission({stop, policy({kHolidays})}, now - days(90), now);
  EXPECT_EQ(reasons(found), (std::vector<std::string>{"Stopped", "Window"}));
  EXPECT_EQ(found.opens, std::nullopt);
}

TEST(Permission, OnePolicyThatIsNotUnderstoodHolds) {
  Policy bad = policy({});
  bad.invalid = "spec.deny[0]: there is no time zone Mars";
  const TimePoint now = instant("2026-11-25T08:30:00Z");
  EXPECT_EQ(reasons(permission({bad}, {}, now)), (std::vector<std::string>{"PolicyInvalid"}));
}

TEST(Permission, AFreezeIsWaivedWhereTheImageThatRunsIsTooOld) {
  Policy freeze = policy({}, {kHolidays});
  freeze.waived_beyond = days(14);
  const TimePoint now = instant("2026-12-24T09:00:00Z");
  EXPECT_TRUE(permission({freeze}, now - days(14), now).may());
  EXPECT_EQ(permission({freeze}, now - days(10), now).opens, now + days(4));
  EXPECT_EQ(permission({freeze}, now - days(1), now).opens, instant("2027-01-03T23:00:00Z"));
  EXPECT_EQ(permission({freeze}, {}, now).opens, instant("2027-01-03T23:00:00Z"));
}

TEST(Permission, LabelsSelectWhomAPolicyBinds) {
  Policy web = policy({});
  web.match_labels = {{"tier", "web"}};
  EXPECT_TRUE(selects(web, {{"tier", "web"}, {"team", "shop"}}));
  EXPECT_FALSE(selects(web, {{"tier", "batch"}}));
  EXPECT_FALSE(selects(web, {}));
  EXPECT_TRUE(selects(policy({}), {}));
}

// Policies by chance, around two changes of the clock, to the quarter of an hour.
class RandomPolicies {
 public:
  explicit RandomPolicies(unsigned seed) : dice_(seed) {}

  int roll(int most) { return std::uniform_int_distribution<int>(0, most)(dice_); }

  std::vector<Policy> policies() {
    std::vector<Policy> out;
    for (int i = 0; i <= roll(2); ++i) {
      Policy one = policy(windows(roll(2)), windows(roll(1)));
      if (roll(3) == 0) one.waived_beyond = hours(1 + roll(200));
      out.push_back(std::move(one));
    }
    return out;
  }

 private:
  std::vector<WindowSpec> windows(int count) {
    std::vector<WindowSpec> out;
    while (static_cast<int>(out.size()) < count) {
      WindowSpec spec = roll(3) == 0 ? dates() : weekly();
      if (parse_window(spec, Fold::kNarrow)) out.push_back(std::move(spec));
    }
    return out;
  }
  std::string quarter() {
    const std::string hour = std::to_string(100 + roll(23)).substr(1);
    return hour + ":" + std::to_string(100 + 15 * roll(3)).substr(1);
  }
  std::string zone() {
    const char* zones[] = {"UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/New_York"};
    return zones[roll(3)];
  }
  WindowSpec weekly() {
    WindowSpec spec{{}, quarter(), quarter(), zone()};
    for (int i = roll(3); i > 0; --i) spec.days.push_back(static_cast<Weekday>(roll(6)));
    return spec;
  }
  WindowSpec dates() {
    const int from = 20 + roll(5);
    const auto day = [](int number) { return "2026-10-" + std::to_string(number); };
    return {{}, day(from) + "T" + quarter(), day(from + 1 + roll(3)), zone()};
  }

  std::mt19937 dice_;
};

TEST(Permission, TheOpeningIsTheFirstInstantThatPermits) {
  int opened = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    RandomPolicies random(seed);
    const auto policies = random.policies();
    const TimePoint now = instant("2026-10-22T00:00:00Z") + minutes(15 * random.roll(96 * 4));
    const TimePoint created = now - hours(random.roll(400));
    const Permission found = permission(policies, created, now);
    if (found.may()) continue;
    const TimePoint last = found.opens.value_or(now + days(16));
    for (TimePoint t = now; t < std::min(last, now + days(16)); t += minutes(15)) {
      ASSERT_FALSE(permission(policies, created, t).may())
          << "seed " << seed << " at " << format_rfc3339(t);
    }
    if (!found.opens) continue;
    ++opened;
    ASSERT_TRUE(permission(policies, created, *found.opens).may()) << "seed " << seed;
  }
  EXPECT_GT(opened, 50);
}

}  // namespace
}  // namespace freshet
