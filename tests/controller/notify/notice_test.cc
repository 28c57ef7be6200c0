// One message: its id, who wants it, what it says.
#include "controller/notify/notice.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "config/notice_template.h"
#include "tests/controller/notify/a_notice.h"

namespace freshet {
namespace {

TEST(Notice, ItsIdIsTheSameForTheSameTransitionAndForNoOther) {
  const Fact fact{"Promoted", "all requests", false};
  const std::string id = notice_id(Uid("u1"), 7, fact);
  EXPECT_EQ(id, "u1/7/Promoted/" + id.substr(id.size() - 8));
  EXPECT_EQ(notice_id(Uid("u1"), 7, {"Promoted", "all requests", true}), id);
  EXPECT_NE(notice_id(Uid("u1"), 8, fact), id);
  EXPECT_NE(notice_id(Uid("u2"), 7, fact), id);
  EXPECT_NE(notice_id(Uid("u1"), 7, {"Promoted", "two gates", false}), id);
}

TEST(Notice, ASinkGetsTheUsualReasonsOfAllNamespacesUnlessItSaysOtherwise) {
  const auto gets = [](const NotificationSink& sink, const std::string& reason) {
    Notice notice = a_notice();
    notice.what.reason = reason;
    return wants(sink, notice);
  };
  const NotificationSink usual{.name = "a", .url = ""};
  EXPECT_TRUE(gets(usual, "Promoted"));
  EXPECT_TRUE(gets(usual, "DowngradeHeld"));
  EXPECT_FALSE(gets(usual, "CandidateFound"));
  NotificationSink other = usual;
  other.reasons = {"CandidateFound"};
  EXPECT_TRUE(gets(other, "CandidateFound"));
  EXPECT_FALSE(gets(other, "Promoted"));
  other.reasons = {"All"};
  EXPECT_TRUE(gets(other, "StepAdvanced"));
  other.namespaces = {"bank"};
  EXPECT_FALSE(gets(other, "StepAdvanced"));
}

TEST(Notice, SaysEverythingToPrograms) {
  EXPECT_EQ(
      notice_data(a_notice(), kLinkedSettings),
      (Json{{"id", a_notice().what.id},
            {"time", "2026-11-23T02:10:00Z"},
            {"severity", "warning"},
            {"cluster", "prod"},
            {"namespace", "shop"},
            {"service", "checkout"},
            {"reason", "RolledBack"},
            {"message", "rollout 7f3a: worse than <stable> & \"slow\""},
            {"phase", "Retreating"},
            {"percent", 0},
            {"rollout", "7f3a"},
            {"fromDigests", {{"app", "sha256:" + std::string(64, 'a')}}},
            {"toDigests", {{"app", "sha256:" + std::string(64, 'b')}}},
            {"image", "r.io/shop/checkout:1.4"},
            {"imageCreated", "2026-11-21T00:10:00Z"},
            {"imageAgeSeconds", 180000},
            {"command", "freshet why checkout -n shop"},
            {"link",
             "https://g.io/d?ns=shop&m=rollout%207f3a%3A%20worse%20than%20%3Cstable%3E%20%26%20"
             "%22slow%22"}}));
}

TEST(Notice, EveryPlaceOfATemplateHasItsText) {
  std::vector<std::string> known;
  for (const auto& [name, text] : notice_texts(a_notice(), kLinkedSettings)) known.push_back(name);
  std::vector<std::string> places = notice_places();
  std::ranges::sort(places);
  EXPECT_EQ(known, places);
}

TEST(Notice, WhatIsNotKnownIsLeftOut) {
  Notice notice;
  notice.service = {"shop", "checkout"};
  notice.what.reason = "Adopted";
  EXPECT_EQ(headline(notice, kPlainSettings), "Adopted: shop/checkout");
  EXPECT_TRUE(notice_lines(notice).empty());
}

}  // namespace
}  // namespace freshet
