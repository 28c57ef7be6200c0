// CloudEvents 1.0 (CNCF), and how HTTP carries them: the HTTP Protocol Binding 1.0.
#pragma once

#include "base/http.h"
#include "controller/notify/notice.h"

namespace freshet {

// Every attribute of the notice's event, by name, those of the sink among them.
std::map<std::string, std::string> event_attributes(const NotificationSink& sink,
                                                    const Notice& notice,
                                                    const NoticeSettings& settings);

// A header's value: what is not printable ASCII, and space, quote and percent, is percent-encoded
// (HTTP binding 3.1.3.2).
std::string event_header_value(std::string_view text);

// Headers and body of the request; where it goes is not said here.
void put_cloud_event(HttpRequest& request, const NotificationSink& sink, const Notice& notice,
                     const NoticeSettings& settings);

}  // namespace freshet
