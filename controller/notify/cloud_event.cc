// CloudEvents over HTTP.
#include "controller/notify/cloud_event.h"

#include <nlohmann/json.hpp>

namespace freshet {
namespace {

constexpr const char* kEventType = "dev.freshet.rollout.";
constexpr const char* kJsonType = "application/json";

}  // namespace

std::map<std::string, std::string> event_attributes(const NotificationSink& sink,
                                                    const Notice& notice,
                                                    const NoticeSettings& settings) {
  const std::string cluster = settings.cluster.empty() ? "" : settings.cluster + "/";
  std::map<std::string, std::string> attributes = sink.extensions;
  attributes["specversion"] = "1.0";
  attributes["id"] = notice.what.id;
  attributes["source"] = "/freshet/" + cluster + to_string(notice.service);
  attributes["type"] = kEventType + notice.what.reason;
  attributes["subject"] = to_string(notice.service);
  attributes["time"] = format_rfc3339(notice.what.time);
  attributes["datacontenttype"] = kJsonType;
  return attributes;
}

std::string event_header_value(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_plain = c > ' ' && c <= '~' && c != '"' && c != '%';
    out += is_plain ? std::string(1, c) : percent_encode(std::string(1, c));
  }
  return out;
}

void put_cloud_event(HttpRequest& request, const NotificationSink& sink, const Notice& notice,
                     const NoticeSettings& settings) {
  const auto attributes = event_attributes(sink, notice, settings);
  const Json data = notice_data(notice, settings);
  if (sink.mode == CloudEventMode::kStructured) {
    Json event = attributes;
    event["data"] = data;
    request.headers.push_back({"Content-Type", "application/cloudevents+json"});
    request.body = dump_json(event);
    return;
  }
  request.headers.push_back({"Content-Type", kJsonType});
  for (const auto& [name, value] : attributes) {
    if (name == "datacontenttype") continue;  // it is Content-Type
    request.headers.push_back({"ce-" + name, event_header_value(value)});
  }
  request.body = dump_json(data);
}

}  // namespace freshet
