// Commands of the API: what they come to, and who is said to have given them.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/api/commands.h"
#include "controller/model/order_proof.h"
#include "tests/controller/api/api_bed.h"

namespace freshet::api {
namespace {

std::string field_of(const Reply& reply) {
  return string_or(at_path(reply.body, {"error"}), "field");
}

std::string owner_of_hold(ApiBed& bed) {
  const auto holds = bed.shop.status().holds;
  return holds.empty() ? "" : holds.front().owner;
}

TEST(ApiCommand, IsTakenAndAnsweredAndItsAuthorIsKnown) {
  ApiBed bed;
  const Reply ordered = bed.order("pause", "otto", R"({"reason": "month end", "until": "8h"})");
  EXPECT_EQ(ordered.status, 202);
  EXPECT_EQ(string_or(ordered.body, "answer"), "Pending");
  EXPECT_EQ(find_header(ordered.headers, "Location"),
            kPath + "/commands/" + string_or(ordered.body, "id"));
  const Json answer = bed.answer_to(ordered);
  EXPECT_EQ(string_or(answer, "answer"), "Accepted");
  EXPECT_EQ(string_or(answer, "verb"), "pause");
  bed.run_for(seconds(20));
  EXPECT_EQ(owner_of_hold(bed), "user:otto");
  EXPECT_NE(bed.events().find("(user:otto): paused"), std::string::npos) << bed.events();
  EXPECT_NE(bed.log.find("CommandOrdered"), std::string::npos);
  EXPECT_EQ(bed.annotation("pause"), "");
}

TEST(ApiCommand, IsDatedByTheServersClockAlsoWhereTheWallClockIsSetAnew) {
  ApiBed bed;
  bed.set_wall_ahead(-hours(9));
  const Reply ordered = bed.order("pause", "otto", R"({"reason": "month end"})");
  EXPECT_EQ(order_time(string_or(ordered.body, "id")), bed.shop.cluster().now());
  EXPECT_EQ(string_or(bed.answer_to(ordered), "answer"), "Accepted");
}

TEST(ApiCommand, IsMeantForTheRolloutAndStepThatAreSeen) {
  ApiBed bed;
  bed.shop.rebuild(0.002);
  ASSERT_TRUE(bed.shop.until_phase("Shifting", minutes(10)));
  EXPECT_EQ(bed.order("promote", "olga", R"({"full": true, "reason": "well"})").status, 202);
  const std::string text = bed.annotation("promote");
  EXPECT_NE(text.find(" --full --rollout="), std::string::npos) << text;
  EXPECT_NE(text.find(" --step=1 --by=olga well"), std::string::npos) << text;
  ASSERT_TRUE(bed.shop.until_outcome("Promoted", minutes(5)));
  EXPECT_NE(bed.shop.status().history.front().message.find("promoted by user:olga: well"),
            std::string::npos)
      << bed.shop.status().history.front().message;
}

TEST(ApiCommand, ARetryIsMeantForTheStateThatIsSeenOrNamed) {
  ApiBed bed;
  EXPECT_EQ(bed.order("retry", "otto").status, 202);
  const std::string seq = std::to_string(bed.shop.status().seq);
  EXPECT_NE(bed.annotation("retry").find(" --seen=" + seq + " --by=otto"), std::string::npos);
  ApiBed other;
  EXPECT_EQ(other.order("retry", "otto", R"({"seen": 7})").status, 202);
  EXPECT_NE(other.annotation("retry").find(" --seen=7 --by=otto"), std::string::npos);
}

TEST(ApiCommand, ARefusalOfThePlannerIsTold) {
  ApiBed bed;
  const Json answer = bed.answer_to(bed.order("abort", "otto"));
  EXPECT_EQ(string_or(answer, "answer"), "Refused");
  EXPECT_EQ(string_or(answer, "message"), "no rollout is active");
}

TEST(ApiCommand, OneOfAVerbWaitsAtATime) {
  ApiBed bed;
  EXPECT_EQ(bed.order("pause", "otto").status, 202);
  const Reply second = bed.order("pause", "edda");
  EXPECT_EQ(second.status, 409);
  EXPECT_EQ(second.code(), "Conflict");
}

TEST(ApiCommand, WhatIsNotUnderstoodIsToldWithItsField) {
  struct Row {
    std::string verb;
    std::string body;
    int status;
    std::string field;
  };
  ApiBed bed;
  const Json before = bed.tracked();
  for (const Row& row : std::initializer_list<Row>{
           {"destroy", "", 404, ""},
           {"pause", "{", 400, ""},
           {"pause", "[]", 400, ""},
           {"pause", R"({"full": true})", 400, "full"},
           {"retry", R"({"seen": "all"})", 400, "seen"},
           {"promote", R"({"full": "yes"})", 400, "full"},
           {"promote", R"({"rollout": "a b"})", 400, "rollout"},
           {"promote", R"({"step": 0})", 400, "step"},
           {"pause", R"({"until": "soon"})", 400, ""},
           {"pause", R"({"until": "8h --by=vera"})", 400, "until"},
           {"pause", R"({"reason": "--by=vera"})", 400, "reason"},
           {"pause", R"({"reason": "two\nlines"})", 400, "reason"},
           {"pause", R"({"reason": 1})", 400, "reason"},
           {"pause", R"({"by": "vera"})", 400, "by"},
           {"rollback", "", 400, "to"},
       }) {
    const Reply reply = bed.order(row.verb, "edda", row.body);
    EXPECT_EQ(reply.status, row.status) << row.verb << row.body << dump_json(reply.body);
    EXPECT_EQ(field_of(reply), row.field) << row.verb << row.body;
  }
  EXPECT_EQ(bed.ask("POST", kPath + "/commands/pause", "otto", "a=b", "text/plain").status, 415);
  EXPECT_EQ(bed.ask("POST", "/api/v1/services/shop/other/commands/pause", "otto").status, 404);
  EXPECT_EQ(bed.get(kPath + "/commands/api-1", "otto").status, 404);
  EXPECT_EQ(bed.tracked(), before);
}

// Who may patch may give any command, and say anything about who they are.
TEST(ApiCommand, ANameInAnAnnotationStaysAClaim) {
  ApiBed bed;
  bed.annotate("pause", "1 --by=otto");
  bed.run_for(minutes(1));
  EXPECT_EQ(owner_of_hold(bed), "person:otto");
}

TEST(ApiCommand, AProofIsOfThatTextAlone) {
  ApiBed bed;
  ASSERT_EQ(bed.order("pause", "edda").status, 202);
  std::string text = bed.annotation("pause");
  text.replace(text.find("edda"), 4, "otto");
  bed.annotate("pause", text);
  bed.run_for(minutes(1));
  EXPECT_EQ(owner_of_hold(bed), "person:otto");
}

TEST(ApiCommand, WhatIsPutBackIsNotCarriedOutAgainInItsAuthorsName) {
  ApiBed bed;
  ASSERT_EQ(bed.order("pause", "otto").status, 202);
  const std::string text = bed.annotation("pause");
  bed.run_for(minutes(1));
  EXPECT_EQ(owner_of_hold(bed), "user:otto");
  ASSERT_EQ(string_or(bed.answer_to(bed.order("resume", "otto")), "answer"), "Accepted");
  bed.annotate("pause", text);
  bed.run_for(minutes(1));
  EXPECT_EQ(owner_of_hold(bed), "");
  // Eight other answers later nobody remembers that it was answered, but that it may have been.
  for (int i = 0; i < 9; ++i) {
    bed.annotate(i % 2 == 0 ? "pause" : "resume", "e" + std::to_string(i));
    bed.run_for(seconds(20));
  }
  bed.annotate("resume", "last");
  bed.run_for(seconds(20));
  bed.annotate("pause", text);
  bed.run_for(seconds(20));
  EXPECT_EQ(owner_of_hold(bed), "person:otto");
}

TEST(ApiCommand, ANameIsOneWordAndNobodyElses) {
  EXPECT_EQ(caller_word("system:serviceaccount:shop:ci"), "system:serviceaccount:shop:ci");
  EXPECT_EQ(caller_word("Jane 100%"), "Jane%20100%25");
  ApiBed bed;
  ASSERT_EQ(string_or(bed.answer_to(bed.order("pause", "jane")), "answer"), "Accepted");
  bed.run_for(seconds(20));
  EXPECT_EQ(owner_of_hold(bed), "user:Jane%20100%25");
}

TEST(ApiCommand, NoSecretIsInAnyOutput) {
  ApiBed bed;
  bed.answer_to(bed.order("pause", "otto"));
  bed.get(kPath, "mallory");
  bed.is_reachable = false;
  bed.get(kPath, "otto");
  EXPECT_EQ(bed.log.find("canary-3f1c"), std::string::npos) << bed.log;
  EXPECT_EQ(bed.events().find("canary-3f1c"), std::string::npos);
  EXPECT_EQ(dump_json(bed.tracked()).find("canary-3f1c"), std::string::npos);
}

}  // namespace
}  // namespace freshet::api
