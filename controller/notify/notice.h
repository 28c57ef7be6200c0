// Notice: one message about what happened to one service.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "config/notification_sinks.h"
#include "config/status.h"
#include "controller/model/fact.h"
#include "controller/model/names.h"

namespace freshet {

struct Notice {
  ServiceKey service;  // the TrackedService
  NoticeStatus what;
  bool operator==(const Notice&) const = default;
};

// What every message of this controller has besides.
struct NoticeSettings {
  std::string cluster;  // which this is, for those who hear of several; ""
  std::string link;     // a template of a URL; ""
};

// The same whenever the same transition is told: of the Knative Service, its core's seq, and what
// happened. Receivers drop repeats by it.
std::string notice_id(const Uid& service, std::int64_t seq, const Fact& fact);

bool wants(const NotificationSink& sink, const Notice& notice);

// By place, as templates name them (config/notice_template.h).
std::map<std::string, std::string> notice_texts(const Notice& notice,
                                                const NoticeSettings& settings);
// Everything, for programs: the data of CloudEvents, the body of a Webhook without a template.
Json notice_data(const Notice& notice, const NoticeSettings& settings);

// For people: "⚠ RolledBack: shop/checkout", then name and value of what is known.
std::string headline(const Notice& notice, const NoticeSettings& settings);
std::vector<std::pair<std::string, std::string>> notice_lines(const Notice& notice);

}  // namespace freshet
