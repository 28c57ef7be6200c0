// Fleet: who may begin a rollout, in which order, and who is woken when others end.
#include "tests/controller/runtime/fleet_fixture.h"

namespace freshet::fleet_tests {
namespace {

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
  fleet_->note_held(kFirst, "stable is not Ready", true, kAsked);
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

TEST_F(Fleets, APlaceIsNotKeptByARolloutThatIsHeldForLong) {
  make(1, 1);
  begin(kFirst);
  EXPECT_EQ(wait(kSecond), "Queued 1");
  const auto hold = [&](const std::string& why, Duration later) {
    fleet_->note_held(kFirst, why, false, kAsked + later);
    return ready();
  };
  EXPECT_EQ(hold("paused", minutes(1)), Keys{});
  EXPECT_EQ(hold("", minutes(30)), Keys{}) << "it went on meanwhile";
  EXPECT_EQ(hold("approval is awaited", minutes(31)), Keys{});
  EXPECT_EQ(hold("approval is awaited", minutes(61)), Keys{kSecond});
  EXPECT_EQ(fleet_->counts().running, 0);
  begin(kSecond);
  EXPECT_EQ(hold("", minutes(70)), Keys{}) << "it asks nobody whether it may go on";
  EXPECT_EQ(fleet_->counts().running, 2);
  EXPECT_EQ(wait(kThird), "Queued 1");
  turn(kFirst, idle('b'));
  EXPECT_EQ(ready(), Keys{});
  turn(kSecond, idle('b'));
  EXPECT_EQ(ready(), Keys{kThird});
}

}  // namespace
}  // namespace freshet::fleet_tests
