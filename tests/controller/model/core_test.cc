// The core's text: what is written is read back whole; what is damaged is believed in part only.
#include "controller/model/core.h"

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

namespace freshet {
namespace {

const TimePoint kStart = *parse_rfc3339("2026-11-23T02:10:00Z");

Pair pair_of(char digit) {
  return {{{ContainerName("app"), *Digest::parse("sha256:" + std::string(64, digit))}}, "t:9c1e"};
}

Rollout rollout() {
  return {"7f3a",
          {pair_of('b'), CandidateWhy::kDigest, RevisionName("checkout-00008"), Uid("u8")},
          {1, 5, 20, 50},
          kStart,
          Duration(90500),
          false,
          "freshet",
          2};
}

Core full_core(Phase phase) {
  Core core;
  core.service = Uid("service-uid");
  core.seq = 42;
  core.since = kStart + milliseconds(7);
  core.phase = std::move(phase);
  core.stable = RevisionRef{RevisionName("checkout-00007"), Uid("u7"), pair_of('a')};
  core.adopted_latest_revision = true;
  core.parked = {{RevisionName("checkout-00003"), false, Percent{}, TrafficTag("old")},
                 {{}, true, Percent{}, TrafficTag("newest")}};
  core.holds = {{"person:alice", "month end", kStart, kStart + hours(8)},
                {"person", "", kStart, {}}};
  core.rejected = {{pair_of('c'), kStart + days(7), "errors 5.1 % against 0.2 %", 41}};
  core.commands = {{"promote", "17-ab"}, {"pause", "18"}};
  core.last = Fact{"StepAdvanced", "checkout-00008 goes on to step 2 of 4: 5 %", false};
  return core;
}

std::vector<Phase> every_phase() {
  return {Adopting{},
          Idle{},
          Preparing{rollout()},
          Gating{rollout()},
          Waiting{rollout()},
          Shifting{rollout(), 1},
          Baking{rollout(), 10},
          Retreating{rollout(), RetreatWhy::kCrashed, "it crashed"},
          Retreating{rollout(), RetreatWhy::kDigestMismatch, "other image", true, true},
          Retreating{rollout(), RetreatWhy::kGateFailed, "gate smoke failed"}};
}

TEST(Core, IsReadBackWholeInEveryPhase) {
  for (const Phase& phase : every_phase()) {
    const Core core = full_core(phase);
    EXPECT_EQ(read_core(core_to_text(core)), CoreRead(core)) << phase_name(phase);
  }
}

TEST(Core, KeepsFieldsThatThisReleaseDoesNotKnow) {
  Json json = core_to_json(full_core(Idle{}));
  json["waves"] = {{"at", 3}};
  const auto read = read_core(json.dump());
  ASSERT_TRUE(std::holds_alternative<Core>(read));
  EXPECT_EQ(core_to_json(std::get<Core>(read)), json);
}

TEST(Core, RemembersWhichPlanItsRolloutGoesByAndAnOlderOneGoesByTheWhole) {
  Rollout shorter = rollout();
  shorter.new_base = true;
  shorter.tag = "preview";
  const Core core = full_core(Shifting{shorter, 1});
  EXPECT_EQ(core_to_json(core)["newBase"], true);
  EXPECT_EQ(read_core(core_to_text(core)), CoreRead(core));
  const Core older = full_core(Shifting{rollout(), 1});
  EXPECT_FALSE(core_to_json(older).contains("newBase"));
  EXPECT_FALSE(active_rollout(std::get<Core>(read_core(core_to_text(older))).phase)->new_base);
}

// An older release takes it for a field that it does not know, and keeps it over its own writes.
TEST(Core, WhatAnotherWriteWasIsNotTakenForTheLast) {
  Core core = full_core(Idle{});
  Json json = core_to_json(core);
  json["seq"] = 43;
  core.seq = 43;
  core.last.reset();
  EXPECT_EQ(read_core(json.dump()), CoreRead(core));
  json.erase("last");
  EXPECT_EQ(read_core(json.dump()), CoreRead(core)) << "as an older release wrote it";
  for (const Json& odd : {Json("x"), Json(7), Json{{"seq", 43}}, Json{{"seq", "43"}}}) {
    json["last"] = odd;
    EXPECT_EQ(read_core(json.dump()), CoreRead(core)) << odd.dump();
  }
}

TEST(Core, HasTheDocumentedShape) {
  const Json json = core_to_json(full_core(Shifting{rollout(), 1}));
  EXPECT_EQ(json["v"], 1);
  EXPECT_EQ(json["service"], "service-uid");
  EXPECT_EQ(json["rollout"], "7f3a");
  EXPECT_EQ(json["phase"], "Shifting");
  EXPECT_EQ(json["percent"], 5);
  EXPECT_EQ(json["step"], 1);
  EXPECT_EQ(json["plan"], Json({1, 5, 20, 50}));
  EXPECT_EQ(json["heldSeconds"], 90.5);
  EXPECT_EQ(json["stable"]["template"], "t:9c1e");
  EXPECT_EQ(json["candidate"]["why"], "digest");
  EXPECT_EQ(json["adopted"]["latestRevision"], true);
}

TEST(Core, AnAbsentAnnotationIsNoCore) { EXPECT_EQ(read_core(std::nullopt), CoreRead(NoCore{})); }

struct DamageRow {
  std::string name;
  std::function<void(Json&)> damage;
};

TEST(Core, ADamagedOneGivesItsFrozenPartOnly) {
  const std::vector<DamageRow> rows = {
      {"an unknown phase", [](Json& j) { j["phase"] = "Dancing"; }},
      {"a step beyond the plan", [](Json& j) { j["step"] = 4; }},
      {"a negative step", [](Json& j) { j["step"] = -1; }},
      {"a plan that falls",
       [](Json& j) {
         j["plan"] = {5, 1};
       }},
      {"a plan of a hundred percent",
       [](Json& j) {
         j["plan"] = {5, 100};
       }},
      {"an empty plan", [](Json& j) { j["plan"] = Json::array(); }},
      {"a seq of text", [](Json& j) { j["seq"] = "42"; }},
      {"a huge seq", [](Json& j) { j["seq"] = UINT64_MAX; }},
      {"a since that is no time", [](Json& j) { j["since"] = "yesterday"; }},
      {"no start", [](Json& j) { j.erase("started"); }},
      {"rejections of a wrong shape", [](Json& j) { j["rejected"] = 3; }},
      {"a parked percent out of bounds", [](Json& j) { j["parked"][0]["percent"] = 101; }},
      {"version zero", [](Json& j) { j["v"] = 0; }},
  };
  const Core core = full_core(Shifting{rollout(), 1});
  for (const DamageRow& row : rows) {
    Json json = core_to_json(core);
    row.damage(json);
    const auto read = read_core(json.dump());
    ASSERT_TRUE(std::holds_alternative<DamagedCore>(read)) << row.name;
    const auto& damaged = std::get<DamagedCore>(read);
    EXPECT_FALSE(damaged.newer_version) << row.name;
    EXPECT_FALSE(damaged.problem.empty()) << row.name;
    EXPECT_EQ(damaged.service, core.service) << row.name;
    EXPECT_EQ(damaged.stable, core.stable) << row.name;
    ASSERT_TRUE(damaged.candidate) << row.name;
    EXPECT_EQ(damaged.candidate->name, RevisionName("checkout-00008")) << row.name;
  }
}

TEST(Core, OneOfANewerReleaseGivesItsFrozenPart) {
  Json json = core_to_json(full_core(Shifting{rollout(), 1}));
  json["v"] = 2;
  json["phase"] = "Waving";
  const auto read = read_core(json.dump());
  ASSERT_TRUE(std::holds_alternative<DamagedCore>(read));
  EXPECT_TRUE(std::get<DamagedCore>(read).newer_version);
  EXPECT_TRUE(std::get<DamagedCore>(read).stable);
}

TEST(Core, WhatIsNotJsonIsDamaged) {
  for (const std::string text : {"", "{", "[]", "null", "{\"v\":1,\"v\":1}"}) {
    EXPECT_TRUE(std::holds_alternative<DamagedCore>(read_core(text))) << text;
  }
}

TEST(Core, WithoutAStableRevisionIsDamagedUnlessItAdopts) {
  Json json = core_to_json(full_core(Idle{}));
  json.erase("stable");
  EXPECT_TRUE(std::holds_alternative<DamagedCore>(read_core(json.dump())));
  json["phase"] = "Adopting";
  EXPECT_TRUE(std::holds_alternative<Core>(read_core(json.dump())));
}

TEST(Core, OfTooManyRejectionsTheNewestAreKept) {
  Core core = full_core(Idle{});
  core.rejected.assign(20, {pair_of('c'), kStart, "old"});
  core.rejected.back().why = "newest";
  const auto read = read_core(core_to_text(core));
  ASSERT_TRUE(std::holds_alternative<Core>(read));
  ASSERT_EQ(std::get<Core>(read).rejected.size(), kMaxRejections);
  EXPECT_EQ(std::get<Core>(read).rejected.back().why, "newest");
}

TEST(Core, AsksForThePercentOfItsPhase) {
  const std::vector<int> expected = {0, 0, 0, 0, 0, 5, 90, 0, 0, 0};
  std::vector<int> percents;
  for (const Phase& phase : every_phase()) percents.push_back(candidate_percent(full_core(phase)));
  EXPECT_EQ(percents, expected);
}

}  // namespace
}  // namespace freshet
