// A notice as the request that a sink understands.
#pragma once

#include "base/http.h"
#include "base/secret.h"
#include "controller/notify/notice.h"

namespace freshet {

inline constexpr Duration kNotificationTimeout = seconds(10);
inline constexpr std::size_t kMaxNotificationReply = 64 << 10;  // nothing of it is looked at

// What its files hold now; empty where there is none.
struct SinkSecrets {
  Secret url;  // also where it is no secret
  Secret authorization;
  Secret signing;
};

// Why the sink cannot be spoken to at this URL, without the URL; "" if it can.
std::string address_fault(const NotificationSink& sink, const Secret& url);

HttpRequest notification_request(const NotificationSink& sink, const SinkSecrets& secrets,
                                 const Notice& notice, const NoticeSettings& settings);

}  // namespace freshet
