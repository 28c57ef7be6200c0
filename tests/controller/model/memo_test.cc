// The memo's text: whole when it is well, and what can be read of it when it is not.
#include "controller/model/memo.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace freshet {
namespace {

const TimePoint kSeen = *parse_rfc3339("2026-11-23T02:10:00Z");

Memo full_memo() {
  Memo memo;
  memo.seq = 9;
  memo.step_since = kSeen;
  memo.candidate_unready_since = kSeen + seconds(1);
  memo.blind_since = kSeen + seconds(2);
  memo.waiting_since = kSeen + seconds(3);
  memo.closed_since = kSeen + seconds(4);
  memo.closed_for = minutes(5);
  const Digest digest = *Digest::parse("sha256:" + std::string(64, 'a'));
  memo.deferred = {{{{{ContainerName("app"), digest}}, "t:1"}, kSeen + hours(1), 2, "no nodes"}};
  memo.gates = {"7f3a", Uid("u8"), {}};
  memo.gates.gates.push_back({"smoke", "abc", GateState::kPassed, 1, 0, 0, {}, kSeen, {}, "well"});
  memo.gates.gates.push_back({"load",
                              "def",
                              GateState::kInconclusive,
                              3,
                              0,
                              1,
                              {},
                              kSeen,
                              kSeen + minutes(1),
                              "no route"});
  memo.gates.gates.push_back(
      {"login", "012", GateState::kTrying, 2, 2, 0, kSeen, kSeen, kSeen, ""});
  return memo;
}

TEST(Memo, IsReadBackWhole) {
  EXPECT_EQ(memo_from_json(memo_to_json(full_memo())), full_memo());
  EXPECT_EQ(memo_from_json(memo_to_json(Memo{})), Memo{});
}

TEST(Memo, WhatCannotBeReadIsLeftOut) {
  Json json = memo_to_json(full_memo());
  json["stepSince"] = 3;
  json["deferred"][0]["digests"] = "none";
  Memo expected = full_memo();
  expected.step_since.reset();
  expected.deferred.clear();
  EXPECT_EQ(memo_from_json(json), expected);
  EXPECT_EQ(memo_from_json(Json::array()), Memo{});
}

}  // namespace
}  // namespace freshet
