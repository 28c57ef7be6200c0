// Slack's and Teams' bodies, whole.
#include "controller/notify/chat.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/controller/notify/a_notice.h"

namespace freshet {
namespace {

TEST(Slack, GetsBlocksInWhichNothingThatWasSaidIsMarkup) {
  const std::string said = "rollout 7f3a: worse than &lt;stable&gt; &amp; \"slow\"";
  const auto text = [](const std::string& words) {
    return Json{{"type", "mrkdwn"}, {"text", words}};
  };
  const Json fields = Json::array({text("*From*\naaaaaaaaaaaa"), text("*To*\nbbbbbbbbbbbb"),
                                   text("*Image*\nr.io/shop/checkout:1.4"),
                                   text("*Image age*\n2d2h"), text("*Phase*\nRetreating"),
                                   text("*Candidate gets*\n0 %"), text("*Rollout*\n7f3a")});
  EXPECT_EQ(slack_message(a_notice(), {"", "https://g.io/{{service}}"}),
            (Json{{"text", "⚠ RolledBack: shop/checkout: " + said},
                  {"blocks",
                   {{{"type", "section"}, {"text", text("*⚠ RolledBack: shop/checkout*")}},
                    {{"type", "section"}, {"text", text(said)}},
                    {{"type", "section"}, {"fields", fields}},
                    {{"type", "context"},
                     {"elements", Json::array({text("`freshet why checkout -n shop`  "
                                                    "<https://g.io/checkout|Open>")})}}}}}));
}

TEST(Slack, ATextOfABlockIsNeverTooLongForIt) {
  Notice notice = a_notice();
  notice.what.message = std::string(1000, '&');
  const Json message = slack_message(notice, kPlainSettings);
  const auto text = message["blocks"][1]["text"]["text"].get<std::string>();
  EXPECT_LE(text.size(), 3000u);
  EXPECT_EQ(text.substr(0, 10), "&amp;&amp;");
}

TEST(Teams, GetsAnAdaptiveCardWhoseSentencesAreNotReadAsMarkdown) {
  const auto run = [](Json words) {
    words["type"] = "TextRun";
    return Json{{"type", "RichTextBlock"}, {"inlines", Json::array({words})}};
  };
  const auto fact = [](const char* title, const char* value) {
    return Json{{"title", title}, {"value", value}};
  };
  const Json facts = Json::array({fact("From", "aaaaaaaaaaaa"), fact("To", "bbbbbbbbbbbb"),
                                  fact("Image", "r.io/shop/checkout:1.4"),
                                  fact("Image age", "2d2h"), fact("Phase", "Retreating"),
                                  fact("Candidate gets", "0 %"), fact("Rollout", "7f3a")});
  const Json card = {
      {"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"},
      {"type", "AdaptiveCard"},
      {"version", "1.4"},
      {"body",
       {run({{"text", "⚠ RolledBack: shop/checkout (prod)"},
             {"weight", "Bolder"},
             {"size", "Medium"},
             {"color", "Attention"}}),
        run({{"text", "rollout 7f3a: worse than <stable> & \"slow\""}}),
        {{"type", "FactSet"}, {"facts", facts}},
        run({{"text", "freshet why checkout -n shop"}, {"fontType", "Monospace"}})}},
      {"msteams", {{"width", "Full"}}},
      {"actions",
       Json::array(
           {{{"type", "Action.OpenUrl"}, {"title", "Open"}, {"url", "https://g.io/shop"}}})},
  };
  EXPECT_EQ(teams_message(a_notice(), {"prod", "https://g.io/{{namespace}}"}),
            (Json{{"type", "message"},
                  {"attachments",
                   Json::array({{{"contentType", "application/vnd.microsoft.card.adaptive"},
                                 {"contentUrl", nullptr},
                                 {"content", card}}})}}));
}

}  // namespace
}  // namespace freshet
