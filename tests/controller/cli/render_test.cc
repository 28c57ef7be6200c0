// The forms in which services are shown, as whole texts.
#include "controller/cli/render.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "tests/controller/cli/sample_detail.h"

namespace freshet {
namespace {

// Texts are wide: each stands in a file of its own, as a person sees it.
std::string expected(const std::string& name) {
  const auto text = read_file("tests/controller/cli/expected/" + name + ".txt", 1 << 16);
  return text ? *text : text.error().message;
}

RenderOptions at_sample_time() {
  RenderOptions options;
  options.now = sample_now();
  return options;
}

TEST(FleetTable, SaysOfEachServiceWhatItWaitsForAndWhatComesNext) {
  ServiceDetail held = shifting_sample();
  held.tracked.name = "till";
  held.status.holds = {sample_hold("person:alice", "Paused", "paused by person:alice: month end")};
  EXPECT_EQ(fleet_table({service_row(idle_sample()), service_row(held)}, at_sample_time()),
            expected("fleet"));
}

TEST(FleetTable, CutsSentencesToTheTerminalAndNeverTheFacts) {
  RenderOptions options = at_sample_time();
  options.columns = 160;
  options.headers = false;
  EXPECT_EQ(fleet_table({service_row(shifting_sample())}, options), expected("fleet_narrow"));
}

TEST(FleetTable, WideAddsRevisionsAndHowLongItIsBehind) {
  RenderOptions options = at_sample_time();
  options.wide = true;
  EXPECT_EQ(fleet_table({service_row(shifting_sample())}, options), expected("fleet_wide"));
}

TEST(FleetTable, ShowsAServiceThatNobodyHasLookedAtYet) {
  ServiceDetail detail;
  detail.tracked.name = "new";
  detail.tracked.name_space = "shop";
  EXPECT_EQ(fleet_table({service_row(detail)}, at_sample_time()), expected("fleet_pending"));
}

TEST(FleetTable, OfNothingIsItsHeadAlone) {
  EXPECT_EQ(fleet_table({}, at_sample_time()),
            "NAMESPACE   SERVICE   PHASE   STEP   TRAFFIC   DIGEST   IMAGE-AGE   VERDICT   NEXT\n");
}

TEST(ServiceTree, ShowsPlanRevisionsEvidenceHistoryAndWhatComesNext) {
  EXPECT_EQ(service_tree(shifting_sample(), at_sample_time()), expected("tree_shifting"));
}

TEST(ServiceTree, ShowsHoldsRejectionsAndAnswers) {
  ServiceDetail detail = rejected_sample();
  detail.status.holds = {
      sample_hold("person:alice", "Paused", "paused by person:alice: month end")};
  detail.status.holds.front().until = sample_now() + hours(8);
  CommandStatus answer;
  answer.verb = "promote";
  answer.answer = "Refused";
  answer.message = "no rollout is active";
  answer.at = sample_now() - minutes(1);
  detail.status.commands = {answer};
  EXPECT_EQ(service_tree(detail, at_sample_time()), expected("tree_held"));
}

TEST(ServiceTree, BakingSaysWhenItEnds) {
  ServiceDetail detail = shifting_sample();
  detail.core->phase = Baking{*active_rollout(detail.core->phase), 10};
  detail.status.phase = "Baking";
  const std::string tree = service_tree(detail, at_sample_time());
  EXPECT_NE(tree.find("✓ 1 %   ✓ 5 %   ✓ 20 %   ✓ 50 %   ▶ bake 15m   · 100 %\n"), tree.npos)
      << tree;
  EXPECT_NE(tree.find("└─ all requests at 2026-11-23T02:25:00Z if nothing speaks against it\n"),
            tree.npos)
      << tree;
}

// Colour adds nothing that the text alone does not say.
TEST(Rendering, WithoutItsColoursIsTheSameText) {
  RenderOptions coloured = at_sample_time();
  coloured.colours = true;
  std::string plain;
  const std::string text = service_tree(shifting_sample(), coloured);
  EXPECT_NE(text.find("\x1b["), text.npos);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') i = text.find('m', i) + 1;
    plain += text[i];
  }
  EXPECT_EQ(plain, service_tree(shifting_sample(), at_sample_time()));
}

TEST(Why, TellsWhatRunsAndThatItIsTheNewest) {
  EXPECT_EQ(why_paragraph(idle_sample(), at_sample_time()), expected("why_idle"));
}

TEST(Why, TellsHowFarTheNewestIs) {
  EXPECT_EQ(why_paragraph(shifting_sample(), at_sample_time()), expected("why_shifting"));
}

TEST(Why, TellsWhyTheNewestIsNotOut) {
  EXPECT_EQ(why_paragraph(rejected_sample(), at_sample_time()), expected("why_rejected"));
}

TEST(Why, TellsThatNothingIsSettledYet) {
  ServiceDetail detail;
  detail.tracked.name = "new";
  detail.tracked.name_space = "shop";
  EXPECT_EQ(why_paragraph(detail, at_sample_time()), expected("why_pending"));
}

TEST(History, TellsOfEachRolloutHowItEndedAndOnWhichEvidence) {
  ServiceDetail detail = rejected_sample();
  HistoryEntry& newest = detail.status.history.front();
  newest.held_seconds = 300;
  newest.canary_requests = 812;
  newest.canary_errors = 41;
  newest.stable_requests = 15'400;
  newest.stable_errors = 31;
  EXPECT_EQ(history_text(detail, at_sample_time()), expected("history"));
}

TEST(History, OfAServiceThatHasNoneIsASentenceAndForProgramsAnEmptyList) {
  ServiceDetail detail = rejected_sample();
  detail.status.history.clear();
  EXPECT_EQ(history_text(detail, at_sample_time()), "No rollout of shop/checkout has ended yet.\n");
  EXPECT_EQ(history_json(detail)["history"], Json::array());
}

TEST(ServiceJson, HasWhatScriptsAskFor) {
  const Json json = service_json(shifting_sample());
  EXPECT_EQ(json["phase"], "Shifting");
  EXPECT_EQ(json["percent"], 5);
  EXPECT_EQ(json["traffic"], Json::parse(R"([{"revisionName":"checkout-00007","percent":95},
                                             {"revisionName":"checkout-00008","percent":5}])"));
  EXPECT_EQ(json["rollout"]["plan"], Json::parse("[1,5,20,50]"));
  EXPECT_EQ(json["next"], "20 % once this step's evidence allows it");
  EXPECT_FALSE(json.contains("core"));
}

}  // namespace
}  // namespace freshet
