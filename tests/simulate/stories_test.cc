// Stories that found something once, and what the simulation itself has to keep.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/simulate/run.h"
#include "tests/simulate/shrink.h"

namespace freshet::simulate {
namespace {

Story story_of(ServiceSetting setting, std::vector<Event> events, Duration length = minutes(12)) {
  Story out;
  out.services = {std::move(setting)};
  out.events = std::move(events);
  out.length = length;
  return out;
}

void expect_no_violation(const Story& story) {
  for (const Violation& violation : run_story(story).violations) {
    ADD_FAILURE() << violation.invariant << ": " << violation.what << "\n" << describe(story);
  }
}

const Event kGoodBuild = {.at = minutes(1), .what = What::kPushGood};

TEST(OldFaults, ABakeShorterThanTheIntervalBetweenReadingsIsWatchedAllTheSame) {
  for (const int bake : {1, 5, 11, 20}) {
    ServiceSetting setting{.metrics = true, .steps = {50}, .minimum_step = seconds(8)};
    setting.bake = seconds(bake);
    setting.approval = true;  // given between two readings
    expect_no_violation(story_of(setting, {kGoodBuild}));
  }
}

TEST(OldFaults, AWallClockThatIsSetBackHoldsNothingUp) {
  for (const int back : {-86400, -3600, -30}) {
    for (int after = 62; after < 130; after += 17) {
      const Event jump = {.at = seconds(after), .what = What::kClockJump, .value = back};
      expect_no_violation(story_of({.steps = {20, 50}}, {kGoodBuild, jump}));
    }
  }
}

TEST(OldFaults, ErrorsWithoutADateWhileTheClockIsBehindMakeNoStepShorter) {
  const Event behind = {.what = What::kClockJump, .value = -30};
  const Event again = {.what = What::kKill, .lasting = seconds(1)};  // wrong from its start on
  const Event fails = {
      .at = seconds(62), .what = What::kApiFails, .lasting = minutes(2), .value = 40};
  Story story = story_of({.steps = {20, 50}, .minimum_step = seconds(30)},
                         {behind, again, kGoodBuild, fails});
  for (story.seed = 1; story.seed <= 20; ++story.seed) expect_no_violation(story);
}

TEST(OldFaults, ACoreThatIsSpoiledRightAfterAWriteLosesNoNumber) {
  for (const int every : {5, 9}) {
    Story story = story_of({.steps = {20}, .minimum_step = seconds(5)}, {});
    for (int at = 1; at < 600; at += every) {
      const What what = at / every % 30 == 0 ? What::kPushGood : What::kSpoilCore;
      story.events.push_back({.at = seconds(at), .what = what});
    }
    expect_no_violation(story);
  }
}

TEST(OldFaults, ARecoveryThatFailsForgetsNoRejection) {
  const Event crashing = {.at = minutes(1), .what = What::kPushCrashesLater, .value = 4};
  const Event fails = {
      .at = seconds(170), .what = What::kApiFails, .lasting = seconds(70), .value = 60};
  const Event spoil = {.at = minutes(3), .what = What::kSpoilCore};
  Story story = story_of({.steps = {20}}, {crashing, fails, spoil});
  for (story.seed = 1; story.seed <= 20; ++story.seed) expect_no_violation(story);
}

// Nobody is held to what only an answer has said that was cut, or a watch that cannot go on.
TEST(OldFaults, AStopIsToldOnceAllOfItHasCome) {
  const Event before = {.at = seconds(90), .what = What::kPolicyStop, .lasting = seconds(27)};
  const Event forgets = {.at = seconds(300), .what = What::kCompact};
  const Event push = {.at = seconds(208), .what = What::kPushUnpullable};
  const Event cut = {
      .at = seconds(306), .what = What::kApiCutsAnswers, .lasting = seconds(47), .value = 53};
  const Event again = {.at = milliseconds(331300), .what = What::kPushUnpullable};
  const Event stop = {.at = milliseconds(332025), .what = What::kPolicyStop, .lasting = minutes(2)};
  Story story = story_of({.steps = {10, 50}, .minimum_step = seconds(10), .bake = seconds(1)},
                         {kGoodBuild, before, push, forgets, cut, again, stop});
  story.asks_for_token = true;
  for (story.seed = 1; story.seed <= 100; ++story.seed) expect_no_violation(story);
}

TEST(OldFaults, WhatIsStableIsKnownThoughItCrashesAndItsAnnotationIsCutShort) {
  const ServiceSetting setting{.steps = {20}, .minimum_step = seconds(5), .bake = seconds(1)};
  const Event crashing = {.at = minutes(1), .what = What::kPushCrashesLater, .value = 30};
  const Event spoil = {.at = minutes(3), .what = What::kSpoilCore};
  expect_no_violation(story_of(setting, {crashing, spoil}));
}

// While its tests run, the candidate has no request yet: stable alone is what was in force.
TEST(OldFaults, WhatAPersonPutInForceIsAdoptedThoughKnativeSaysTooEarlyThatItIs) {
  const ServiceSetting setting{.steps = {20}, .gates = true, .task_gate = true};
  for (int at = 64; at <= 80; at += 2) {
    const Event conflicts = {
        .at = seconds(at), .what = What::kRouteConflicts, .lasting = seconds(3), .value = 100};
    const Event taken = {.at = seconds(at), .what = What::kTakeByHand};
    expect_no_violation(story_of(setting, {kGoodBuild, conflicts, taken}));
  }
}

// A build runs from a person's template, takes requests by hand, crashes, and keeps a tag.
TEST(OldFaults, AnEntryOfACrashedRevisionDoesNotKeepABakeFromItsEnd) {
  const ServiceSetting setting{
      .metrics = true, .steps = {20}, .minimum_step = seconds(7), .bake = seconds(1)};
  const Event good = {.at = seconds(178), .what = What::kPushGood};
  const Event older = {.at = seconds(329), .what = What::kPushOldAgain};
  const Event edit = {.at = seconds(346), .what = What::kEditTemplate, .value = 1};
  const Event split = {.at = seconds(400), .what = What::kSplitByHand};
  const Event tag = {.at = seconds(804), .what = What::kTagByHand};
  for (int healthy = 4; healthy <= 60; healthy += 4) {
    const Event crashing = {.at = seconds(126), .what = What::kPushCrashesLater, .value = healthy};
    Story story = story_of(setting, {crashing, good, older, edit, split, tag}, minutes(19));
    story.replicas = 2;
    expect_no_violation(story);
  }
}

// The failing build is found after a minute or so; what is asked for is heard 20 s later.
TEST(OldFaults, ARetryThatIsHeardAfterAVerdictWhichItsPersonCouldNotKnowTakesNothingBack) {
  const ServiceSetting setting{.metrics = true, .steps = {20}};
  const Event failing = {.at = minutes(1), .what = What::kPushFailing};
  const Event lag = {
      .at = seconds(50), .what = What::kWatchLags, .lasting = minutes(4), .value = 20};
  for (int at = 80; at <= 160; at += 5) {
    expect_no_violation(
        story_of(setting, {lag, failing, {.at = seconds(at), .what = What::kRetry}}));
  }
}

// What a person made stable loses readiness: the next build, though it fails some of its requests,
// is no worse for its users.
TEST(OldFaults, ABuildIsComparedWithWhatUsersGetOfStable) {
  const ServiceSetting setting{.metrics = true, .steps = {50}};
  const Event unready = {.at = minutes(1), .what = What::kPushUnreadyLater, .value = 4};
  const Event promote = {.at = seconds(66), .what = What::kPromoteFull};
  const Event failing = {.at = minutes(2), .what = What::kPushFailing};
  expect_no_violation(story_of(setting, {unready, promote, failing}, minutes(20)));
}

// All follow one image; the first of them rejects it, and then its annotation is spoiled.
TEST(OldFaults, ADamagedAnnotationDoesNotOpenTheWave) {
  const Event crashing = {.at = minutes(1), .what = What::kPushCrashesLater, .value = 4};
  const Event cuts = {
      .at = seconds(140), .what = What::kApiCutsAnswers, .lasting = minutes(4), .value = 40};
  Story story = story_of({.steps = {20}}, {crashing, cuts, {}});
  story.services.resize(4, story.services.front());
  story.one_image = true;
  for (int at = 150; at < 270; at += 3) {
    story.events.back() = {.at = seconds(at), .what = What::kSpoilCore};
    story.seed = static_cast<std::uint64_t>(at);
    expect_no_violation(story);
  }
}

TEST(OldFaults, WhatWasSeenOfATagOutlivesAStatusThatNobodyAcknowledges) {
  const Event loses = {
      .at = seconds(50), .what = What::kApiLosesReplies, .lasting = minutes(4), .value = 90};
  const Event older = {.at = minutes(4), .what = What::kPushOldAgain};
  Story story = story_of({.steps = {20}, .minimum_step = seconds(5)}, {loses, kGoodBuild, older});
  for (story.seed = 1; story.seed <= 20; ++story.seed) expect_no_violation(story);
}

TEST(OldFaults, HistoryThatIsForgottenIsListedAgain) {
  std::vector<Event> events = {kGoodBuild, {.at = seconds(80), .what = What::kPushGood}};
  for (int after = 60; after < 160; after += 2) {
    events.push_back({.at = seconds(after), .what = What::kCompact});
  }
  std::ranges::sort(events, {}, &Event::at);
  expect_no_violation(story_of({.supersede = true}, events));
}

TEST(Stories, TellTheSameFromTheSameSeed) {
  const Story story = make_story(11, everything());
  EXPECT_EQ(story, make_story(11, everything()));
  std::vector<std::string> lines[2];
  for (auto& told : lines) {
    RunOptions options;
    options.tell = [&](TimePoint at, const std::string& line) {
      told.push_back(format_rfc3339(at) + line);
    };
    (void)run_story(story, options);
  }
  EXPECT_EQ(lines[0], lines[1]);
  EXPECT_GT(lines[0].size(), story.events.size());
}

// Without bounds to judge latency by, a slow build has nothing against it.
TEST(OldFaults, ASlowBuildIsFoundWhereStableHadNoCountsWhenItsRolloutBegan) {
  const ServiceSetting setting{.metrics = true, .steps = {20}, .minimum_step = minutes(2)};
  const Event nan = {
      .at = seconds(50), .what = What::kPrometheusNan, .lasting = minutes(3), .value = 70};
  const Event slow = {.at = minutes(1), .what = What::kPushSlow};
  Story story = story_of(setting, {nan, slow});
  for (story.seed = 1; story.seed <= 10; ++story.seed) expect_no_violation(story);

  const Event quiet = {.at = minutes(1), .what = What::kRequestsStop, .lasting = minutes(70)};
  const Event later = {.at = minutes(69), .what = What::kPushSlow};
  expect_no_violation(story_of(setting, {quiet, later}, minutes(80)));
}

TEST(Stories, OfBadBuildsAreTakenBackWithinTwoSecondsOfTheVerdict) {
  Story story;
  story.services = {ServiceSetting{.metrics = true, .steps = {20, 50}}};
  story.length = minutes(20);
  for (int i = 0; i < 3; ++i) {
    story.events.push_back({.at = minutes(1 + 6 * i), .what = What::kPushFailing});
  }
  const Outcome outcome = run_story(story);
  EXPECT_TRUE(outcome.violations.empty());
  ASSERT_EQ(outcome.retreats.size(), 3u);
  for (const Duration retreat : outcome.retreats) EXPECT_LE(retreat, seconds(2));
}

// With a healthy API server and healthy nodes, whatever builds do.
TEST(Stories, OfManyServicesAreTakenBackWithinTwoSecondsOfTheVerdict) {
  const Allowed builds = *parse_allowed("registry");
  std::size_t retreats = 0;
  for (std::uint64_t seed = 1; retreats < 12; ++seed) {
    const Outcome outcome = run_story(make_story(seed, builds));
    for (const Duration retreat : outcome.retreats) EXPECT_LE(retreat, seconds(2)) << seed;
    retreats += outcome.retreats.size();
  }
}

TEST(Faults, AreNamedOneByOneOrByGroups) {
  EXPECT_EQ(parse_allowed("none")->size(), 1u);
  EXPECT_TRUE(parse_allowed("kill,people")->contains(What::kAbort));
  EXPECT_FALSE(parse_allowed("kill,people")->contains(What::kFreeze));
  const auto refused = parse_allowed("kil");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("kill-at-write"), std::string::npos);
}

}  // namespace
}  // namespace freshet::simulate
