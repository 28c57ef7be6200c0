// The API client's lists: every page, in order, and what ends them.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/controller/kube/scripted_client.h"

namespace freshet {
namespace {

TEST(KubeClientLists, ListsEveryPage) {
  Scripted s;
  s.answers = {ok(R"({"items":[1,2],"metadata":{"resourceVersion":"7","continue":"a b"}})"),
               ok(R"({"items":[3],"metadata":{"resourceVersion":"7"}})")};
  const auto listed = s.client.list("/x?labelSelector=a");
  ASSERT_TRUE(listed) << listed.error().message;
  EXPECT_EQ(listed->items, (std::vector<Json>{1, 2, 3}));
  EXPECT_EQ(listed->resource_version, "7");
  EXPECT_EQ(s.sent[1].url, "https://api:6443/x?labelSelector=a&limit=250&continue=a%20b");
}

// What list_pages makes of each page, in the order in which it is delivered.
Result<Json> pages_of(Scripted& s, std::size_t at_once) {
  Json pages = Json::array();
  const auto work = [&pages](const Json& items) -> std::function<void()> {
    return [&pages, items] { pages.push_back(items); };
  };
  const auto end = s.client.list_pages("/x", work, at_once, {{"a"}});
  if (!end) return end.error();
  pages.push_back(end->resource_version);
  return pages;
}

TEST(KubeClientLists, PagesAreWorkedOnAsideAndDeliveredInTheirOrder) {
  for (const std::size_t at_once : {1, 2, 4}) {
    Scripted s;
    Json expected = Json::array();
    for (int i = 0; i < 20; ++i) {
      const std::string n = std::to_string(i);
      s.answers.push_back(ok(R"({"items":[{"a":1,"b":{"a":[],"c":)" + n +
                             R"(}}],"metadata":{"continue":")" + n + R"("}})"));
      expected.push_back({{{"b", {{"c", i}}}}});
    }
    s.answers.push_back(ok(R"({"items":[],"metadata":{"resourceVersion":"5"}})"));
    expected.insert(expected.end(), {Json::array(), "5"});
    EXPECT_EQ(pages_of(s, at_once).value(), expected) << at_once;
    EXPECT_EQ(s.sent.back().url, "https://api:6443/x?limit=250&continue=19");
  }
}

TEST(KubeClientLists, APageThatCannotBeReadEndsTheListWithItsError) {
  const HttpResponse first = ok(R"({"items":[1],"metadata":{"continue":"t"}})");
  std::string many = R"({"items":[0)";
  for (std::size_t i = 0; i < kMaxListItems; ++i) many += ",1";
  const std::pair<HttpResponse, Error> rows[] = {
      {{410, {}, "{}"}, {ErrorKind::kGone, "GET /x: HTTP 410: {}", {}}},
      {ok("{}"), {ErrorKind::kTransient, "GET /x: the answer is not a list", {}}},
      {ok("{"),
       {ErrorKind::kTransient,
        "GET /x: the answer cannot be read: not JSON: it ends too early",
        {}}},
      {ok(R"({"items":[{"b":1,"b":2}]})"),
       {ErrorKind::kTransient,
        "GET /x: the answer cannot be read: refused JSON: key \"b\" stands twice in one object",
        {}}},
      {ok(many + "]}"), {ErrorKind::kRefused, "GET /x: more than 50000 items", {}}},
  };
  for (const auto& [answer, error] : rows) {
    Scripted s;
    s.answers = {first, answer};
    const auto pages = pages_of(s, 4);
    ASSERT_FALSE(pages) << error.message;
    EXPECT_EQ(pages.error(), error) << pages.error().message;
  }
}

TEST(KubeClientLists, AListBeginsAgainOnceWhenItsTokenExpiredAndIsBounded) {
  const HttpResponse first = ok(R"({"items":[1],"metadata":{"continue":"t"}})");
  const HttpResponse expired{410, {}, "{}"};
  Scripted again;
  again.answers = {first, expired, ok(R"({"items":[9],"metadata":{}})")};
  EXPECT_EQ(again.client.list("/x")->items, std::vector<Json>{9});
  Scripted never;
  never.answers = {first, expired, first, expired, ok("{}")};
  EXPECT_EQ(never.client.list("/x").error().kind, ErrorKind::kGone);
  EXPECT_EQ(never.sent.size(), 4U);
  Scripted many;
  many.answers = {ok(R"({"items":[1,2,3],"metadata":{}})")};
  EXPECT_EQ(many.client.list("/x", 2).error().kind, ErrorKind::kRefused);
  Scripted shapeless;
  shapeless.answers = {ok("{}")};
  EXPECT_EQ(shapeless.client.list("/x").error().kind, ErrorKind::kTransient);
  Scripted endless;
  endless.answers.assign(1000, first);
  EXPECT_EQ(endless.client.list("/x").error().kind, ErrorKind::kRefused);
}

}  // namespace
}  // namespace freshet
