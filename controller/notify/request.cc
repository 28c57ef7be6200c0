// One request for each kind of sink.
#include "controller/notify/request.h"

#include <nlohmann/json.hpp>

#include "base/mac.h"
#include "config/notice_template.h"
#include "controller/notify/chat.h"
#include "controller/notify/cloud_event.h"

namespace freshet {
namespace {

constexpr const char* kJson = "application/json";

void put_json(HttpRequest& request, const Json& body) {
  request.headers.push_back({"Content-Type", kJson});
  request.body = dump_json(body);
}

void put_webhook(HttpRequest& request, const NotificationSink& sink, const Notice& notice,
                 const NoticeSettings& settings) {
  if (sink.body.empty()) return put_json(request, notice_data(notice, settings));
  request.headers.push_back({"Content-Type", sink.content_type});
  request.body = fill_notice_template(sink.body, template_form(sink.content_type),
                                      notice_texts(notice, settings));
}

}  // namespace

std::string address_fault(const NotificationSink& sink, const Secret& url) {
  const auto parsed = parse_url(url.reveal());
  if (!parsed) return "it is no URL of the form https://host/path";
  if (parsed->scheme != "https" && !sink.allow_plain_http) return "it is not https";
  return "";
}

HttpRequest notification_request(const NotificationSink& sink, const SinkSecrets& secrets,
                                 const Notice& notice, const NoticeSettings& settings) {
  HttpRequest request;
  request.method = "POST";
  request.url = secrets.url.reveal();
  request.timeout = kNotificationTimeout;
  request.max_body_bytes = kMaxNotificationReply;
  request.identity = sink.name;
  for (const auto& [name, value] : sink.headers) request.headers.push_back({name, value});
  switch (sink.kind) {
    case SinkKind::kSlack: put_json(request, slack_message(notice, settings)); break;
    case SinkKind::kTeams: put_json(request, teams_message(notice, settings)); break;
    case SinkKind::kCloudEvents: put_cloud_event(request, sink, notice, settings); break;
    case SinkKind::kWebhook: put_webhook(request, sink, notice, settings); break;
  }
  if (!secrets.authorization.empty()) {
    request.headers.push_back({"Authorization", secrets.authorization.reveal()});
  }
  if (!secrets.signing.empty()) {
    const std::string mac = hmac_hex(MacHash::kSha256, secrets.signing.reveal(), request.body);
    request.headers.push_back({"X-Freshet-Signature", "sha256=" + mac});
  }
  return request;
}

}  // namespace freshet
