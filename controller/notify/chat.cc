// Slack's blocks and Teams' cards.
#include "controller/notify/chat.h"

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace freshet {
namespace {

constexpr std::size_t kMaxSlackText = 2900;  // of the 3000 that a block may have

Json mrkdwn(std::string text) { return {{"type", "mrkdwn"}, {"text", std::move(text)}}; }

// Cut before it is escaped: never in the middle of an escape.
std::string slack_text(const std::string& text) {
  std::string out = slack_escaped(text);
  for (std::size_t most = text.size(); out.size() > kMaxSlackText;) {
    most /= 2;
    out = slack_escaped(printable(text, most));
  }
  return out;
}

Json text_run(std::string text, const Json& style) {
  Json run = {{"type", "TextRun"}, {"text", std::move(text)}};
  run.update(style);
  return {{"type", "RichTextBlock"}, {"inlines", Json::array({std::move(run)})}};
}

}  // namespace

std::string slack_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      default: out += c;
    }
  }
  return out;
}

Json slack_message(const Notice& notice, const NoticeSettings& settings) {
  const auto texts = notice_texts(notice, settings);
  const std::string head = slack_text(headline(notice, settings));
  const std::string sentence = slack_text(notice.what.message);
  Json fields = Json::array();
  for (const auto& [name, value] : notice_lines(notice)) {
    fields.push_back(mrkdwn("*" + name + "*\n" + slack_text(value)));
  }
  std::string acts = "`" + slack_text(texts.at("command")) + "`";
  if (const auto link = texts.find("link"); link != texts.end()) {
    acts += "  <" + slack_escaped(link->second) + "|Open>";
  }
  Json blocks = Json::array({{{"type", "section"}, {"text", mrkdwn("*" + head + "*")}},
                             {{"type", "section"}, {"text", mrkdwn(sentence)}}});
  if (!fields.empty()) blocks.push_back({{"type", "section"}, {"fields", std::move(fields)}});
  blocks.push_back({{"type", "context"}, {"elements", Json::array({mrkdwn(std::move(acts))})}});
  return {{"text", head + ": " + sentence}, {"blocks", std::move(blocks)}};
}

Json teams_message(const Notice& notice, const NoticeSettings& settings) {
  const auto texts = notice_texts(notice, settings);
  Json facts = Json::array();
  for (const auto& [name, value] : notice_lines(notice)) {
    facts.push_back({{"title", name}, {"value", value}});
  }
  Json head = {{"weight", "Bolder"}, {"size", "Medium"}};
  if (notice.what.warning) head["color"] = "Attention";
  Json card = {
      {"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"},
      {"type", "AdaptiveCard"},
      {"version", "1.4"},
      {"body", Json::array({text_run(headline(notice, settings), head),
                            text_run(notice.what.message, Json::object()),
                            {{"type", "FactSet"}, {"facts", std::move(facts)}},
                            text_run(texts.at("command"), {{"fontType", "Monospace"}})})},
      {"msteams", {{"width", "Full"}}},
  };
  if (const auto link = texts.find("link"); link != texts.end()) {
    card["actions"] =
        Json::array({{{"type", "Action.OpenUrl"}, {"title", "Open"}, {"url", link->second}}});
  }
  return {{"type", "message"},
          {"attachments", Json::array({{{"contentType", "application/vnd.microsoft.card.adaptive"},
                                        {"contentUrl", nullptr},
                                        {"content", std::move(card)}}})}};
}

}  // namespace freshet
