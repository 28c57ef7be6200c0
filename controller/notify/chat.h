// Messages for people in chats.
#pragma once

#include <string>
#include <string_view>

#include "controller/notify/notice.h"

namespace freshet {

// Text that Slack takes for nothing else: & < > are what its mrkdwn has a meaning for.
std::string slack_escaped(std::string_view text);

// The body for an incoming webhook of Slack: blocks, and a text for where they are not shown.
Json slack_message(const Notice& notice, const NoticeSettings& settings);
// The body for a workflow of Teams that begins with a webhook request: one Adaptive Card. What
// comes from elsewhere stands where no Markdown is read.
Json teams_message(const Notice& notice, const NoticeSettings& settings);

}  // namespace freshet
