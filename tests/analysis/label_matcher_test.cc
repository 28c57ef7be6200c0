// Which label matchers are taken, and as what they are sent.
#include "analysis/label_matcher.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

TEST(LabelMatcher, IsSentAsItWasWrittenWithoutTheSpaces) {
  const std::pair<std::string, std::string> rows[] = {
      {R"(cluster="eu-1")", R"(cluster="eu-1")"},
      {R"( cluster =~ "eu-1|eu-2" )", R"(cluster=~"eu-1|eu-2")"},
      {R"(_env2!="")", R"(_env2!="")"},
      {R"(env!~"a\\.b\"c\nd")", R"(env!~"a\\.b\"c\nd")"},
      {R"(env="a=b!~c, {d}")", R"(env="a=b!~c, {d}")"},
  };
  for (const auto& [text, sent] : rows) {
    const auto parsed = parse_label_matcher(text);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error().message;
    EXPECT_EQ(*parsed, sent);
  }
}

TEST(LabelMatcher, IsRefusedWhereMoreOrLessThanOneIsWritten) {
  for (const std::string text :
       {R"()", R"(cluster)", R"(cluster=)", R"(="eu-1")", R"(cluster=eu-1)", R"(cluster='eu-1')",
        R"(2cluster="eu-1")", R"(k8s.cluster="eu-1")", R"(cluster=="eu-1")", R"(cluster>"eu-1")",
        R"(cluster="eu-1)", R"(cluster="eu-1\")", R"(cluster="eu\-1")", R"(cluster="a",env="b")",
        R"(cluster="a"} or up{x="b")", "cluster=\"a\nb\""}) {
    const auto parsed = parse_label_matcher(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().kind, ErrorKind::kBadInput) << text;
    EXPECT_NE(parsed.error().message.find("as in cluster=\"eu-1\""), std::string::npos);
  }
  const std::string longest = "c=\"" + std::string(kMaxLabelMatcherBytes - 4, 'x') + "\"";
  EXPECT_TRUE(parse_label_matcher(longest));
  EXPECT_FALSE(parse_label_matcher("c" + longest));
}

}  // namespace
}  // namespace freshet
