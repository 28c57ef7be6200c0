// Queries of users: where their places may stand, and what is put there.
#include "config/query_template.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

TEST(QueryTemplate, PutsEscapedValuesIntoStringsOfEachKind) {
  const QuerySubject plain{"shop", "checkout-00007"};
  EXPECT_EQ(
      fill_query_template(R"(max(bytes{ns="{{namespace}}",pod=~"{{ revision }}-.*"}))", plain),
      R"(max(bytes{ns="shop",pod=~"checkout-00007-.*"}))");
  const QuerySubject odd{R"(a"b\c)", R"('`)"};
  EXPECT_EQ(fill_query_template(R"(x{a="{{namespace}}",b='{{revision}}',c=`{{revision}}`})", odd),
            R"(x{a="a\"b\\c",b='\'`',c=`'`})");
}

TEST(QueryTemplate, KnowsHowFarItLooksBack) {
  EXPECT_EQ(longest_range(R"(max(bytes{r="{{revision}}"}))"), Duration{});
  EXPECT_EQ(longest_range(R"(rate(a{r="{{revision}}"}[5m]) / rate(b{r="[9h]"}[10m]))"),
            minutes(10));
  EXPECT_EQ(longest_range(R"(max_over_time(rate(a[5m])[1h:1m]))"), hours(1));
}

TEST(QueryTemplate, SaysWhatIsWrong) {
  const std::pair<const char*, const char*> rows[] = {
      {R"(x{r="{{revision}}"})", ""},
      {R"(x{a="\"{{revision}}"})", ""},
      {R"(x{a='"',r="{{revision}}"})", ""},
      {R"(x{r="checkout"})", "{{revision}} is missing"},
      {R"(x{r={{revision}}})", "{{revision}} stands outside quotes"},
      {R"(x{a="",r={{revision}}})", "{{revision}} stands outside quotes"},
      {R"(x{a="\\",r={{revision}}})", "{{revision}} stands outside quotes"},
      {R"(x{r="{{pod}}"})", "unknown place {{pod}}"},
      {R"(x{r="{{revision"})", "\"{{\" is not closed by \"}}\""},
      {R"(x{r="{{revision}})", "a string is not closed by \""},
  };
  for (const auto& [text, fault] : rows) EXPECT_EQ(query_template_fault(text), fault) << text;
  EXPECT_EQ(query_template_fault(std::string(3000, 'x')), "longer than 2048 bytes");
}

}  // namespace
}  // namespace freshet
