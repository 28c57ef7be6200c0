// Traffic: sums, shares, and the form in which two lists are compared.
#include "controller/model/traffic.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

TrafficTarget named(const std::string& name, int percent, const std::string& tag = "") {
  TrafficTarget out{RevisionName(name), false, Percent::clamp(percent), {}};
  if (!tag.empty()) out.tag = TrafficTag(tag);
  return out;
}

TrafficTarget latest(int percent) { return {{}, true, Percent::clamp(percent), {}}; }

TEST(Traffic, SumsAndShares) {
  const Traffic traffic = {named("a", 90), named("b", 4), named("b", 6, "freshet")};
  EXPECT_EQ(percent_sum(traffic), 100);
  EXPECT_EQ(share_of(traffic, RevisionName("b")), 10);
  EXPECT_EQ(share_of(traffic, RevisionName("c")), 0);
}

TEST(Traffic, ServingIsTheSameForListsThatServeTheSame) {
  const Traffic expected = {named("a", 90), named("b", 10)};
  EXPECT_EQ(serving({named("b", 4), named("c", 0, "kept"), named("a", 90), named("b", 6, "t")}),
            expected);
  TrafficTarget resolved = named("a", 90);
  resolved.latest_revision = true;  // as status shows a latestRevision target
  EXPECT_EQ(serving({resolved, named("b", 10)}), expected);
}

TEST(Traffic, ServingTellsLatestRevisionFromAName) {
  EXPECT_EQ(serving({latest(100)}), (Traffic{latest(100)}));
  EXPECT_NE(serving({latest(100)}), serving({named("a", 100)}));
}

TEST(Traffic, StatusIsReadAsItWasAskedFor) {
  TrafficTarget followed = named("a", 90);
  followed.latest_revision = true;
  EXPECT_EQ(as_asked({followed, named("b", 10)}), (Traffic{latest(90), named("b", 10)}));
}

TEST(Traffic, PrintsForPeople) {
  const Traffic split = {named("checkout-00007", 95), named("checkout-00008", 5, "freshet")};
  EXPECT_EQ(to_string(split), "checkout-00007 95 %, checkout-00008 5 % #freshet");
  EXPECT_EQ(to_string(Traffic{latest(100)}), "latestRevision 100 %");
  EXPECT_EQ(to_string(Traffic{}), "nothing");
}

}  // namespace
}  // namespace freshet
