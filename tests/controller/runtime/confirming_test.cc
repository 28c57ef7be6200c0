// Which digest counts for one service.
#include "controller/runtime/confirming.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace freshet {
namespace {

const TimePoint kLooked = from_unix_seconds(1'790'000'000);
const Platform kAmdNode{"linux", "amd64", ""};
const Platform kArmNode{"linux", "arm64", ""};
const Platform kWindowsNode{"windows", "amd64", ""};

Digest digest_of(char fill) { return *Digest::parse("sha256:" + std::string(64, fill)); }

FollowedImage image_followed() {
  FollowedImage image{ContainerName("app"), *parse_image_reference("r.io/acme/app:1"), std::nullopt,
                      0, ""};
  image.before.confirmed = digest_of('a').get();
  image.before.names = digest_of('a').get();
  image.before.digests = {{digest_of('a').get(), kLooked - days(2), kLooked - days(3)}};
  return image;
}

TagObservation names(char fill) {
  TagObservation seen;
  seen.confirmed = Confirmed{digest_of(fill), "m", {kAmdNode}, kLooked - hours(1)};
  seen.first_seen = kLooked;
  seen.last_success = kLooked;
  return seen;
}

TEST(WantedPlatforms, AreThoseOfTheNodesThatTakeThePods) {
  struct Row {
    const char* sentence;
    NodePlacement placement;
    std::optional<std::vector<std::string>> platforms;
    std::vector<Platform> wanted;
    bool any_will_do;
  };
  const std::vector<Row> rows = {
      {"without a rule every node does", {}, {}, {kAmdNode, kArmNode, kWindowsNode}, false},
      {"a nodeSelector names the architecture", {"", "arm64", false}, {}, {kArmNode}, false},
      {"or the operating system", {"linux", "", false}, {}, {kAmdNode, kArmNode}, false},
      {"another rule: one of them will do", {"linux", "", true}, {}, {kAmdNode, kArmNode}, true},
      {"platforms that are named come first",
       {"", "amd64", false},
       {{"linux/arm64"}},
       {kArmNode},
       false},
      {"and an empty list asks for none", {}, {std::vector<std::string>{}}, {}, false},
  };
  for (const Row& row : rows) {
    FollowedImage image = image_followed();
    image.placement = row.placement;
    image.platforms = row.platforms;
    const auto wanted =
        wanted_platforms(image, std::vector<Platform>{kAmdNode, kArmNode, kWindowsNode});
    EXPECT_EQ(wanted.platforms, row.wanted) << row.sentence;
    EXPECT_EQ(wanted.any_will_do, row.any_will_do) << row.sentence;
  }
  EXPECT_TRUE(wanted_platforms(image_followed(), std::nullopt).platforms.empty());
}

TEST(ConfirmImage, KeepsWhatWasConfirmedUntilTheNewestPasses) {
  struct Row {
    const char* sentence;
    char names;
    std::optional<std::vector<Platform>> nodes;
    char confirmed;  // ' ': none
    bool held_back;
  };
  const std::vector<Row> rows = {
      {"a new digest that passes counts", 'b', {{kAmdNode}}, 'b', false},
      {"nodes that may not be listed are no refusal", 'b', {}, 'b', false},
      {"one that is refused leaves the old one in force", 'b', {{kArmNode}}, 'a', true},
      {"what was confirmed is not taken back by a new node", 'a', {{kArmNode}}, 'a', false},
      {"nor what stable runs", 'c', {{kArmNode}}, 'c', false},
  };
  for (const Row& row : rows) {
    FollowedImage image = image_followed();
    image.running = digest_of('c');
    ConfirmWorld world;
    world.nodes = row.nodes;
    world.now = kLooked;
    confirm_image(image, names(row.names), world);
    ASSERT_TRUE(image.confirmed) << row.sentence;
    EXPECT_EQ(image.confirmed->digest, digest_of(row.confirmed)) << row.sentence;
    EXPECT_EQ(image.held_back.has_value(), row.held_back) << row.sentence;
  }
}

TEST(ConfirmImage, SaysNothingBeforeRegistryAndNodesHaveAnswered) {
  TagObservation unanswered = names('a');
  unanswered.last_success.reset();
  FollowedImage image = image_followed();
  confirm_image(image, unanswered, {});
  EXPECT_EQ(image, image_followed());
  ConfirmWorld early;
  early.nodes_asked = false;
  confirm_image(image, names('b'), early);
  EXPECT_EQ(image, image_followed());
}

TEST(ConfirmImage, AnotherServicesMemoryIsNoCheck) {
  TagObservation seen = names('b');
  seen.confirmed->remembered = true;
  FollowedImage image = image_followed();
  confirm_image(image, seen, {});
  EXPECT_EQ(image.confirmed->digest, digest_of('a'));
  EXPECT_FALSE(image.held_back);
}

TEST(ConfirmImage, ADigestThatRestedBeforeARestartHasRested) {
  FollowedImage image = image_followed();
  image.minimum_age = hours(24);
  image.before.names = digest_of('b').get();
  image.before.digests.insert(image.before.digests.begin(),
                              {digest_of('b').get(), kLooked - hours(23), std::nullopt});
  ConfirmWorld world;
  world.now = kLooked;
  TagObservation seen = names('b');  // seen anew just now
  seen.confirmed->created.reset();
  confirm_image(image, seen, world);
  ASSERT_TRUE(image.held_back);
  EXPECT_EQ(image.held_back->until, kLooked + hours(1));
  EXPECT_EQ(image.held_back->named.first_seen, kLooked - hours(23));
}

TEST(KnownTag, IsWhatStatusTells) {
  SeenTag before = image_followed().before;
  const auto known = known_tag(before);
  ASSERT_TRUE(known.confirmed);
  EXPECT_EQ(known.confirmed->digest, digest_of('a'));
  EXPECT_EQ(known.confirmed->created, kLooked - days(3));
  EXPECT_TRUE(known.confirmed->remembered);
  EXPECT_EQ(known.moves, std::vector<TimePoint>{});  // the first that was seen is no move

  before.digests.insert(before.digests.begin(), {digest_of('b').get(), kLooked - days(1)});
  EXPECT_EQ(known_tag(before).moves, std::vector<TimePoint>{kLooked - days(1)});
  before.names = digest_of('b').get();
  EXPECT_FALSE(known_tag(before).confirmed);  // its checks are to be made
  before.confirmed = before.names;
  EXPECT_FALSE(known_tag(before).confirmed);  // without a date it is read again
  EXPECT_EQ(known_tag({}), KnownTag{});
}

}  // namespace
}  // namespace freshet
