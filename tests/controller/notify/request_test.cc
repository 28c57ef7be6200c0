// Requests of each kind of sink.
#include "controller/notify/request.h"

#include <gtest/gtest.h>

#include "base/mac.h"
#include "tests/controller/notify/a_notice.h"

namespace freshet {
namespace {

const SinkSecrets kSecrets{Secret("https://hooks.io/s3cret"), Secret("Bearer t0ken"),
                           Secret("0123456789abcdef")};

TEST(NotificationRequest, OfAWebhookIsItsTemplateFilledAndSigned) {
  NotificationSink sink{.name = "ci", .kind = SinkKind::kWebhook, .url = ""};
  sink.body = R"({"title": "{{reason}} {{ service }}", "text": "{{message}}", "pct": {{percent}}})";
  sink.headers = {{"X-Team", "shop"}};
  const HttpRequest request = notification_request(sink, kSecrets, a_notice(), kPlainSettings);
  HttpRequest expected;
  expected.method = "POST";
  expected.url = "https://hooks.io/s3cret";
  expected.body =
      R"({"title": "RolledBack checkout", "text": "rollout 7f3a: worse than <stable> & \"slow\"", )"
      R"("pct": 0})";
  expected.headers = {{"X-Team", "shop"},
                      {"Content-Type", "application/json"},
                      {"Authorization", "Bearer t0ken"},
                      {"X-Freshet-Signature",
                       "sha256=" + hmac_hex(MacHash::kSha256, "0123456789abcdef", expected.body)}};
  expected.timeout = kNotificationTimeout;
  expected.max_body_bytes = kMaxNotificationReply;
  expected.identity = "ci";
  EXPECT_EQ(request, expected);
}

TEST(NotificationRequest, ATemplateOfPlainTextIsNotEscaped) {
  NotificationSink sink{.name = "ntfy", .kind = SinkKind::kWebhook, .url = ""};
  sink.content_type = "text/plain";
  sink.body = "{{message}}";
  const HttpRequest request = notification_request(sink, {}, a_notice(), kPlainSettings);
  EXPECT_EQ(request.body, a_notice().what.message);
  EXPECT_EQ(request.headers, (HttpHeaders{{"Content-Type", "text/plain"}}));
}

TEST(NotificationRequest, GoesOverHttpsUnlessTheOperatorSaysOtherwiseAndAFaultTellsNoUrl) {
  NotificationSink sink{.name = "a", .url = ""};
  EXPECT_EQ(address_fault(sink, Secret("https://h.io/x")), "");
  EXPECT_EQ(address_fault(sink, Secret("http://h.io/x")), "it is not https");
  EXPECT_EQ(address_fault(sink, Secret("s3cret")), "it is no URL of the form https://host/path");
  sink.allow_plain_http = true;
  EXPECT_EQ(address_fault(sink, Secret("http://h.io/x")), "");
}

}  // namespace
}  // namespace freshet
