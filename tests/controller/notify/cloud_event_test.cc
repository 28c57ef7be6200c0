// CloudEvents, held against the rules of the specification and of its HTTP binding.
#include "controller/notify/cloud_event.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/controller/notify/a_notice.h"

namespace freshet {
namespace {

NotificationSink broker(CloudEventMode mode) {
  NotificationSink sink{.name = "broker", .kind = SinkKind::kCloudEvents, .url = ""};
  sink.mode = mode;
  sink.extensions = {{"team", "Zürich \"A\" 5%"}};
  return sink;
}

HttpRequest sent(CloudEventMode mode, const NoticeSettings& settings = kPlainSettings) {
  HttpRequest request;
  put_cloud_event(request, broker(mode), a_notice(), settings);
  return request;
}

TEST(CloudEvent, InBinaryModeAttributesAreHeadersAndTheBodyIsTheData) {
  const HttpRequest request = sent(CloudEventMode::kBinary);
  EXPECT_EQ(request.headers, (HttpHeaders{{"Content-Type", "application/json"},
                                          {"ce-id", a_notice().what.id},
                                          {"ce-source", "/freshet/shop/checkout"},
                                          {"ce-specversion", "1.0"},
                                          {"ce-subject", "shop/checkout"},
                                          {"ce-team", "Z%C3%BCrich%20%22A%22%205%25"},
                                          {"ce-time", "2026-11-23T02:10:00Z"},
                                          {"ce-type", "dev.freshet.rollout.RolledBack"}}));
  EXPECT_EQ(request.body, dump_json(notice_data(a_notice(), kPlainSettings)));
}

TEST(CloudEvent, InStructuredModeTheBodyIsTheEvent) {
  const HttpRequest request = sent(CloudEventMode::kStructured, kLinkedSettings);
  EXPECT_EQ(request.headers, (HttpHeaders{{"Content-Type", "application/cloudevents+json"}}));
  EXPECT_EQ(*parse_json(request.body), (Json{{"specversion", "1.0"},
                                             {"id", a_notice().what.id},
                                             {"source", "/freshet/prod/shop/checkout"},
                                             {"type", "dev.freshet.rollout.RolledBack"},
                                             {"subject", "shop/checkout"},
                                             {"time", "2026-11-23T02:10:00Z"},
                                             {"datacontenttype", "application/json"},
                                             {"team", "Zürich \"A\" 5%"},
                                             {"data", notice_data(a_notice(), kLinkedSettings)}}));
}

}  // namespace
}  // namespace freshet
