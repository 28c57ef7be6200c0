// Who may do what through the API: each verb for each role, and nothing without the cluster's word.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/planner/command.h"
#include "tests/controller/api/api_bed.h"

namespace freshet::api {
namespace {

std::string body_of(const std::string& verb) {
  return verb == "adopt" || verb == "rollback" ? R"({"to": "checkout-00001"})" : "";
}

bool may_order(const std::string& user, const std::string& verb) {
  return user == "otto" || user == "edda" || (user == "olga" && verb == "promote");
}

TEST(Roles, EachMayGiveTheCommandsThatTheyAreGrantedAndNoOther) {
  ApiBed bed;
  for (const std::string user : {"vera", "olga", "otto", "edda", "nora", ""}) {
    for (const planning::Verb each : planning::all_verbs()) {
      const std::string verb(to_string(each));
      const Json before = bed.tracked();
      const Reply reply = bed.order(verb, user, body_of(verb));
      const int expected = may_order(user, verb) ? 202 : user.empty() ? 401 : 403;
      EXPECT_EQ(reply.status, expected) << user << " " << verb << " " << dump_json(reply.body);
      if (expected == 202) {
        EXPECT_NE(string_or(bed.answer_to(reply), "answer"), "Pending");
      } else {
        EXPECT_EQ(bed.tracked(), before) << user << " " << verb;
      }
    }
  }
}

TEST(Roles, EachReadsWhatTheyAreGranted) {
  ApiBed bed;
  const std::vector<std::string> paths = {"/api/v1/services?namespace=shop", kPath,
                                          kPath + "/history"};
  for (const std::string& path : paths) {
    for (const std::string user : {"vera", "olga", "otto", "edda"}) {
      EXPECT_EQ(bed.get(path, user).status, 200) << path << " " << user;
    }
    EXPECT_EQ(bed.get(path, "nora").status, 403) << path;
    EXPECT_EQ(bed.get(path, "").status, 401) << path;
  }
  // Rights in one namespace are none in another, and none in all of them.
  EXPECT_EQ(bed.get("/api/v1/services", "otto").status, 403);
  EXPECT_EQ(bed.get("/api/v1/services/bank/checkout", "otto").status, 403);
  EXPECT_EQ(bed.get(kPath + "/commands/api-1", "nora").status, 403);
}

TEST(Roles, WhoeverTheClusterDoesNotKnowIsNobody) {
  ApiBed bed;
  Reply reply = bed.get(kPath, "mallory");
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.code(), "Unauthorized");
  EXPECT_EQ(find_header(reply.headers, "WWW-Authenticate"), "Bearer");
  reply = bed.get(kPath, "nora");
  EXPECT_EQ(string_or(at_path(reply.body, {"error"}), "message"),
            "nora may not get trackedservices.freshet.dev checkout in namespace shop");
}

TEST(Roles, WhereTheClusterCannotBeAskedNobodyMayDoAnything) {
  ApiBed bed;
  EXPECT_EQ(bed.get(kPath, "otto").status, 200);
  const Json before = bed.tracked();
  bed.is_reachable = false;
  for (const std::string user : {"otto", "vera"}) {  // known and not known yet
    const Reply reply = bed.order("abort", user);
    EXPECT_EQ(reply.status, 503);
    EXPECT_TRUE(find_header(reply.headers, "Retry-After"));
    EXPECT_EQ(bed.get(kPath, user).status, 503);
  }
  bed.is_reachable = true;
  EXPECT_EQ(bed.tracked(), before);
}

TEST(Roles, ATokenIsLookedAtAgainAfterTenSecondsAndRightsAtEachRequest) {
  ApiBed bed;
  const std::string tokens = "/apis/authentication.k8s.io/v1/tokenreviews";
  const std::string access = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
  for (int i = 0; i < 3; ++i) EXPECT_EQ(bed.get(kPath, "vera").status, 200);
  EXPECT_EQ(bed.sent[tokens], 1);
  EXPECT_EQ(bed.sent[access], 3);
  bed.run_for(seconds(10));
  EXPECT_EQ(bed.get(kPath, "vera").status, 200);
  EXPECT_EQ(bed.sent[tokens], 2);
}

TEST(Roles, StrangersDoNotUseUpWhatMayBeAskedOfTheApiServer) {
  ApiBed bed;
  EXPECT_EQ(bed.get(kPath, "vera").status, 200);
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    refused += bed.get(kPath, "mallory-" + std::to_string(i)).status == 429;
  }
  EXPECT_GE(refused, 200);
  bed.run_for(kCallerKept);
  for (int i = 0; i < 300; ++i) bed.get(kPath, "mallory-" + std::to_string(i));
  EXPECT_EQ(bed.get(kPath, "vera").status, 200);
}

TEST(Roles, WhoAsksTooOftenKeepsNobodyOutButTheirOwnNamespace) {
  ApiBed bed;
  EXPECT_EQ(bed.get(kPath, "otto").status, 200);
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    const Reply reply = bed.get(kPath, i % 2 == 0 ? "one" : "two");
    refused += reply.status == 429;
    EXPECT_TRUE(reply.status == 403 || reply.code() == "TooManyRequests") << reply.status;
  }
  EXPECT_EQ(refused, 300 - kCallerRate.burst);
  EXPECT_EQ(bed.order("abort", "otto").status, 202);
  bed.run_for(seconds(1));
  EXPECT_EQ(bed.get(kPath, "two").status, 403);
}

TEST(Roles, ATokenForAnotherAudienceIsNobodys) {
  ApiBed strict({"freshet"});
  EXPECT_EQ(strict.get(kPath, "otto").status, 401);
  ApiBed same({"https://kubernetes.default.svc"});
  EXPECT_EQ(same.get(kPath, "otto").status, 200);
}

}  // namespace
}  // namespace freshet::api
