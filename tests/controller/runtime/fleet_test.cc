// Fleet: who may begin a rollout, in which order, and who is woken when others end.
#include "controller/runtime/fleet.h"

#include <gtest/gtest.h>

#include <memory>

namespace freshet {
namespace {

const TimePoint kAsked = from_unix_seconds(1'790'000'000);
const ServiceKey kFirst{"shop", "first"};
const ServiceKey kSecond{"shop", "second"};
const ServiceKey kThird{"shop", "third"};
const ServiceKey kElsewhere{"mail", "smtp"};
using Keys = std::vector<ServiceKey>;

Digest digest(char digit) { return *Digest::parse("sha256:" + std::string(64, digit)); }

RevisionRef revision(char digit) {
  return {RevisionName("r"), Uid("u"), {{{ContainerName("app"), digest(digit)}}, "t:1"}};
}

Core idle(char stable) {
  Core core;
  core.phase = Idle{};
  core.stable = revision(stable);
  return core;
}

Core rolling(char stable, char candidate) {
  Core core = idle(stable);
  Rollout rollout;
  rollout.candidate.pair = revision(candidate).pair;
  rollout.started = kAsked;
  core.phase = Preparing{rollout};
  return core;
}

Core rejecting(char stable, char rejected) {
  Core core = idle(stable);
  core.rejected = {{revision(rejected).pair, kAsked + hours(1), "errors"}};
  return core;
}

class Fleets : public ::testing::Test {
 protected:
  // "" where it may begin; the reason of the hold and its place.
  std::string ask(const ServiceKey& key, char digit = 'b', bool by_person = false) {
    const auto wait = fleet_->ask(
        {key, key, revision(digit).pair.digests, revision('a'), by_person, false}, kAsked);
    if (!wait) return "";
    const auto number = wait->sentence.find("number ");
    return wait->reason +
           (number == std::string::npos ? "" : " " + wait->sentence.substr(number + 7, 1));
  }
  void make(int in_cluster, int in_namespace, WaveBy by = WaveBy::kOff, int failures = 1) {
    fleet_ = std::make_unique<Fleet>(
        FleetLimits{in_cluster, in_namespace, by, {.first = 1, .failures = failures}});
  }
  void turn(const ServiceKey& key, const Core& core) {
    const auto before = cores_.find(key);
    fleet_->on_core(key, before == cores_.end() ? nullptr : &before->second, &core);
    cores_[key] = core;
  }
  // Asks, and begins.
  void begin(const ServiceKey& key, char digit = 'b') {
    ASSERT_EQ(ask(key, digit), "") << to_string(key);
    turn(key, rolling('a', digit));
    fleet_->settle(key, false);
  }
  std::string wait(const ServiceKey& key, char digit = 'b') {
    const std::string told = ask(key, digit);
    fleet_->settle(key, true);
    return told;
  }
  Keys ready() { return fleet_->take_ready(kAsked); }

  std::unique_ptr<Fleet> fleet_;
  std::map<ServiceKey, Core> cores_;
};

TEST_F(Fleets, KeepAPlaceFromTheAnswerOnAndGiveItBackIfNothingBegan) {
  make(1, 1);
  EXPECT_EQ(ask(kFirst), "");
  EXPECT_EQ(ask(kFirst), "") << "decided again in the same pass";
  EXPECT_EQ(wait(kSecond), "Queued 1") << "another worker's pass";
  EXPECT_EQ(ready(), Keys{});
  fleet_->settle(kFirst, false);
  EXPECT_EQ(ready(), Keys{kSecond});
  begin(kSecond);
}

TEST_F(Fleets, KeepThePlaceOfAWriteThatMayHaveArrived) {
  make(1, 1);
  EXPECT_EQ(ask(kFirst), "");
  fleet_->keep(kFirst);
  fleet_->settle(kFirst, false);
  EXPECT_EQ(wait(kSecond), "Queued 1");
  EXPECT_EQ(ask(kFirst), "") << "its next pass";
  fleet_->settle(kFirst, false);
  EXPECT_EQ(ready(), Keys{kSecond});
}

TEST_F(Fleets, KeepNoPromiseForAnotherImage) {
  make(9, 9, WaveBy::kRepository);
  turn(kElsewhere, idle('b'));
  EXPECT_EQ(ask(kFirst, 'b'), "") << "its wave is open";
  fleet_->keep(kFirst);
  fleet_->settle(kFirst, false);
  begin(kSecond, 'c');
  EXPECT_EQ(wait(kFirst, 'c'), "Wave 1") << "the tag has moved on meanwhile";
}

TEST_F(Fleets, GiveAPlaceToWhoWaitsLongestNotToWhoAsksFirst) {
  make(1, 1);
  begin(kElsewhere);
  EXPECT_EQ(wait(kSecond), "Queued 1");
  EXPECT_EQ(wait(kFirst), "Queued 2");
  turn(kElsewhere, idle('b'));
  EXPECT_EQ(wait(kThird), "Queued 3");
  EXPECT_EQ(wait(kFirst), "Queued 2");
  EXPECT_EQ(ready(), Keys{kSecond});
  begin(kSecond);
  EXPECT_EQ(ready(), Keys{});
  turn(kSecond, idle('b'));
  EXPECT_EQ(ready(), Keys{kFirst});
}

TEST_F(Fleets, DoNotLetAFullNamespaceHoldUpOthers) {
  make(2, 1);
  begin(kFirst);
  EXPECT_EQ(wait(kSecond), "Queued 1") << "the namespace is full";
  EXPECT_EQ(wait(kThird), "Queued 2");
  begin(kElsewhere);
  EXPECT_EQ(wait({"cron", "nightly"}), "Queued 3") << "the cluster is full";
  turn(kElsewhere, idle('b'));
  EXPECT_EQ(ready(), (Keys{{"cron", "nightly"}}));
  turn(kFirst, idle('b'));
  EXPECT_EQ(ready(), (Keys{kSecond, {"cron", "nightly"}}));
}

TEST_F(Fleets, PassOverWhoLeavesTheQueue) {
  make(1, 1);
  begin(kElsewhere);
  for (const ServiceKey& key : {kFirst, kSecond}) wait(key);
  turn(kElsewhere, idle('b'));
  EXPECT_EQ(ready(), Keys{kFirst});
  fleet_->settle(kFirst, false);  // paused meanwhile
  EXPECT_EQ(ready(), Keys{kSecond});
}

TEST_F(Fleets, CountWhatCoresSayBeforeAnythingIsAsked) {
  make(2, 2);
  turn(kFirst, rolling('a', 'b'));
  turn(kElsewhere, rolling('a', 'b'));
  EXPECT_EQ(wait(kSecond), "Queued 1");
  EXPECT_EQ(fleet_->counts(), (Fleet::Counts{2, 1, 0, 0}));
  const Core gone = cores_[kFirst];
  fleet_->on_core(kFirst, &gone, nullptr);  // the Service, or who tracked it
  EXPECT_EQ(ready(), Keys{kSecond});
}

TEST_F(Fleets, LetAPersonBeginBeyondEveryLimit) {
  make(1, 1, WaveBy::kRepository);
  begin(kFirst);
  EXPECT_EQ(wait(kSecond), "Wave 1");
  EXPECT_EQ(ask(kSecond, 'b', true), "");
  turn(kSecond, rolling('a', 'b'));
  fleet_->settle(kSecond, false);
  EXPECT_EQ(fleet_->counts(), (Fleet::Counts{2, 0, 0, 0}));
}

TEST_F(Fleets, SendOneAheadAndOpenWithItsSuccess) {
  make(9, 9, WaveBy::kRepository);
  begin(kFirst);
  EXPECT_EQ(wait(kSecond), "Wave 1");
  EXPECT_EQ(wait(kThird), "Wave 2");
  begin(kElsewhere, 'c');
  EXPECT_EQ(fleet_->counts(), (Fleet::Counts{2, 0, 2, 0}));
  EXPECT_EQ(ready(), Keys{});
  turn(kFirst, idle('b'));
  EXPECT_EQ(ready(), (Keys{kSecond, kThird}));
  begin(kThird);
  begin(kSecond);
}

TEST_F(Fleets, SendTheNextAheadWhenTheFirstEndsWithoutAVerdict) {
  make(9, 9, WaveBy::kRepository);
  begin(kFirst);
  wait(kSecond);
  wait(kThird);
  turn(kFirst, idle('a'));  // deferred, withdrawn, superseded
  EXPECT_EQ(ready(), Keys{kSecond});
  EXPECT_EQ(wait(kThird), "Wave 2") << "it is not its turn, whoever asks first";
  begin(kSecond);
  EXPECT_EQ(ready(), Keys{});
}

TEST_F(Fleets, StopTheLineWhenItsFailuresAreSpentAndGoOnAfterARetry) {
  make(9, 9, WaveBy::kRepository);
  begin(kFirst);
  wait(kSecond);
  wait(kThird);
  turn(kFirst, rejecting('a', 'b'));
  EXPECT_EQ(ready(), (Keys{kSecond, kThird})) << "to say so";
  EXPECT_EQ(wait(kSecond), "FailureBudget");
  EXPECT_EQ(wait(kThird), "FailureBudget");
  EXPECT_EQ(ready(), Keys{});
  EXPECT_EQ(fleet_->counts(), (Fleet::Counts{0, 0, 2, 1}));
  begin(kElsewhere, 'c');
  turn(kFirst, idle('a'));  // freshet retry
  EXPECT_EQ(ready(), (Keys{kSecond, kThird}));
  begin(kSecond);
}

TEST_F(Fleets, LetTheServiceThatRejectedAnImageTryItInAnotherTemplate) {
  make(9, 9, WaveBy::kRepository);
  turn(kFirst, rejecting('a', 'b'));
  EXPECT_EQ(wait(kSecond), "FailureBudget");
  EXPECT_EQ(ask(kFirst), "");
}

TEST_F(Fleets, LetAPersonsOwnTemplateGo) {
  make(9, 9, WaveBy::kRepository);
  turn(kFirst, rejecting('a', 'b'));
  EXPECT_EQ(wait(kSecond), "FailureBudget");
  const Fleet::Entrant edited{kSecond,       kSecond, revision('b').pair.digests,
                              revision('a'), false,   true};
  EXPECT_FALSE(fleet_->ask(edited, kAsked));
}

TEST_F(Fleets, DoNotWaitForARolloutBesideAStableThatDoesNotRun) {
  make(2, 2, WaveBy::kRepository);
  begin(kFirst);
  EXPECT_EQ(wait(kSecond), "Wave 1");
  fleet_->note_held(kFirst, "stable is not Ready", true);
  EXPECT_EQ(ready(), Keys{kSecond});
  begin(kSecond);
  turn(kSecond, idle('b'));
  begin(kThird);
  EXPECT_EQ(wait(kElsewhere), "Queued 1") << "its place is taken all the same";
}

TEST_F(Fleets, HaveAnOpenWaveWherePeopleRunTheImageAlready) {
  make(9, 9, WaveBy::kRepository);
  turn(kElsewhere, idle('b'));
  begin(kFirst);
  begin(kSecond);
}

TEST_F(Fleets, CountImagesOfOneBaseTogether) {
  make(9, 9, WaveBy::kBaseImage);
  turn(kThird, rolling('a', 'd'));  // before its base was known: after a restart
  const std::string base = digest('f').get();
  fleet_->learn({SeenTag{"r/third:1", {{digest('d').get(), kAsked, {}, {"", "", "", "", base}}}}});
  for (const char digit : {'b', 'c'}) fleet_->learn(digest(digit).get(), base);
  EXPECT_EQ(wait(kFirst, 'b'), "Wave 1");
  EXPECT_EQ(wait(kSecond, 'c'), "Wave 2");
  EXPECT_EQ(ask(kElsewhere, 'e'), "") << "of another base, or of none that it says";
  turn(kThird, idle('d'));
  EXPECT_EQ(ready(), (Keys{kFirst, kSecond}));
  begin(kFirst, 'b');
  turn(kFirst, rejecting('a', 'b'));
  EXPECT_EQ(wait(kSecond, 'c'), "FailureBudget");
}

TEST_F(Fleets, DoNotBlameABaseForAServiceThatRanOnItBefore) {
  make(9, 9, WaveBy::kBaseImage);
  for (const char digit : {'b', 'c', 'd'}) fleet_->learn(digest(digit).get(), digest('f').get());
  turn(kFirst, rejecting('b', 'c'));
  EXPECT_EQ(ask(kSecond, 'd'), "");
}

TEST_F(Fleets, WithFailuresLeftSendAnotherAhead) {
  make(9, 9, WaveBy::kRepository, 2);
  begin(kFirst);
  wait(kSecond);
  wait(kThird);
  turn(kFirst, rejecting('a', 'b'));
  EXPECT_EQ(ready(), Keys{kSecond});
  begin(kSecond);
  turn(kSecond, rejecting('a', 'b'));
  EXPECT_EQ(wait(kThird), "FailureBudget");
}

}  // namespace
}  // namespace freshet
