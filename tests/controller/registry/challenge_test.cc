// WWW-Authenticate: a row for each form that was seen in the wild.
#include "controller/registry/challenge.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace freshet {
namespace {

struct ChallengeRow {
  std::string name;
  std::vector<std::string> headers;
  std::vector<Challenge> want;
};

const Challenge kBearer{"bearer", "", {{"realm", "https://a/t"}, {"service", "s"}}};
const Challenge kBasic{"basic", "", {{"realm", "x"}}};

TEST(Challenges, AreReadFromEveryForm) {
  const std::vector<ChallengeRow> rows = {
      {"none", {}, {}},
      {"an empty header", {""}, {}},
      {"one", {R"(Bearer realm="https://a/t",service="s")"}, {kBearer}},
      {"names in any case", {R"(BEARER Realm="https://a/t", SERVICE=s)"}, {kBearer}},
      {"two in one header",
       {R"(Bearer realm="https://a/t",service="s", Basic realm="x")"},
       {kBearer, kBasic}},
      {"two headers",
       {R"(Basic realm="x")", R"(Bearer realm="https://a/t",service="s")"},
       {kBasic, kBearer}},
      {"a bare scheme first",
       {R"(Negotiate, Basic realm="x")"},
       {Challenge{"negotiate", "", {}}, kBasic}},
      {"a token68 first",
       {R"(Negotiate YII==, Basic realm="x")"},
       {Challenge{"negotiate", "YII==", {}}, kBasic}},
      {"a quoted comma and an escaped quote",
       {R"(Basic realm="a, Bearer realm=\"b\"")"},
       {Challenge{"basic", "", {{"realm", R"(a, Bearer realm="b")"}}}}},
      {"spaces around the equals sign", {R"(Basic realm = "x")"}, {kBasic}},
      {"empty list elements", {R"(, ,Basic realm="x",,)"}, {kBasic}},
      {"several scopes in one value",
       {R"(Bearer realm="r",scope="repository:a:pull repository:b:pull")"},
       {Challenge{
           "bearer", "", {{"realm", "r"}, {"scope", "repository:a:pull repository:b:pull"}}}}},
      {"the same parameter twice", {R"(Basic realm="x",realm="x")"}, {kBasic}},
      {"one parameter with two values is dropped",
       {R"(Bearer realm="a",realm="b", Basic realm="x")"},
       {kBasic}},
      {"rubbish between is skipped", {R"(Basic realm="x" ;;; oops, )"}, {kBasic}},
      {"an open quote",
       {R"(Basic realm="x)"},
       {Challenge{"basic", "", {}}, Challenge{"realm", "", {}}}},
      {"parameters without a scheme", {R"(realm="x")"}, {}},
  };
  for (const auto& row : rows) {
    HttpHeaders headers;
    for (const auto& header : row.headers) headers.push_back({"www-authenticate", header});
    EXPECT_EQ(challenges_of(headers), row.want) << row.name;
  }
}

TEST(Challenges, AreBounded) {
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "A" + std::to_string(i) + " x=1, ";
  EXPECT_LE(parse_challenges(many).size(), kMaxChallenges);
  EXPECT_TRUE(parse_challenges(std::string(1 << 20, '"')).empty());
  EXPECT_TRUE(parse_challenges(std::string(1 << 20, ',')).empty());
}

TEST(Challenges, BearerNeedsARealmWithoutControlCharacters) {
  EXPECT_EQ(find_bearer({kBasic, kBearer}), (BearerScheme{"https://a/t", "s", ""}));
  EXPECT_EQ(find_bearer({Challenge{"bearer", "", {{"service", "s"}}}}), std::nullopt);
  EXPECT_EQ(find_bearer({Challenge{"bearer", "", {{"realm", "https://a/\r\nX: y"}}}}),
            std::nullopt);
  EXPECT_TRUE(offers_basic({kBearer, kBasic}));
  EXPECT_FALSE(offers_basic({kBearer}));
}

}  // namespace
}  // namespace freshet
