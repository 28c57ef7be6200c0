// The flags of webhooks, and a listener that brings a controller's checks forward.
#include "controller/cli/webhook_listener.h"

#include <gtest/gtest.h>

#include "controller/net/curl_transport.h"
#include "tests/controller/cli/cli_bed.h"
#include "tests/support/temporary_folder.h"

namespace freshet {
namespace {

class WebhookListenerTest : public ::testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& text) {
    return folder_.write(name, text);
  }
  TemporaryFolder folder_;
};

TEST_F(WebhookListenerTest, AFileThatIsWrongIsToldBeforeAnythingIsConnected) {
  CliBed bed;
  const std::string path = file("receivers.yaml", "receivers:\n- {name: hub, source: Hub}\n");
  const CliRun run = bed.run({"controller", "--webhook-receivers", path});
  EXPECT_EQ(run.exit_code, kUsage);
  EXPECT_NE(run.err.find("receivers[0] (line 2, column 3): secretFile is missing"),
            std::string::npos)
      << run.err;
  EXPECT_NE(run.err.find("receivers[0].source (line 2, column 23)"), std::string::npos) << run.err;
}

TEST_F(WebhookListenerTest, AnAddressWithoutReceiversIsRefused) {
  CliBed bed;
  const CliRun run = bed.run({"controller", "--webhook-address", ":9081"});
  EXPECT_EQ(run.exit_code, kUsage);
  EXPECT_NE(run.err.find("without --webhook-receivers"), std::string::npos) << run.err;
}

TEST_F(WebhookListenerTest, WithoutASecretItDoesNotStart) {
  CliBed bed;
  const SystemClock clock;
  const auto listener = WebhookListener::start(
      {"", "127.0.0.1:0"}, {{"hub", WebhookSource::kDockerHub, file("secret", "short"), ""}}, clock,
      bed.cluster.controller(), bed.cluster.metrics(), [](const LogLine&) {}, [] { return true; });
  ASSERT_FALSE(listener.has_value());
  EXPECT_EQ(listener.error().kind, ErrorKind::kBadInput);
}

TEST_F(WebhookListenerTest, WhatItHearsIsCounted) {
  CliBed bed;
  const SystemClock clock;
  auto listener = WebhookListener::start(
      {"", "127.0.0.1:0"},
      {{"hub", WebhookSource::kDockerHub, file("secret", "s3cret-of-the-hub"), ""}}, clock,
      bed.cluster.controller(), bed.cluster.metrics(), [](const LogLine&) {}, [] { return true; });
  ASSERT_TRUE(listener.has_value()) << listener.error().message;
  NetOptions net;
  net.addresses.allow_private = true;
  const auto transport = make_curl_transport(net).value();
  HttpRequest request;
  request.method = "POST";
  request.url = "http://" + (*listener)->address() + "/hooks/hub/s3cret-of-the-hub";
  request.body = R"({"push_data":{"tag":"1"},"repository":{"repo_name":"acme/app"}})";
  const auto reply = transport->send(request);
  ASSERT_TRUE(reply.has_value()) << reply.error().message;
  EXPECT_EQ(reply->status, 202);
  EXPECT_NE(bed.cluster.metrics()
                .render(clock.now())
                .find(R"(freshet_webhook_requests_total{outcome="accepted",receiver="hub"} 1)"),
            std::string::npos);
}

TEST(WebhookListener, WithoutReceiversNothingListens) {
  CliBed bed;
  const SystemClock clock;
  const auto listener = WebhookListener::start(
      {}, {}, clock, bed.cluster.controller(), bed.cluster.metrics(), [](const LogLine&) {},
      [] { return true; });
  ASSERT_TRUE(listener.has_value());
  EXPECT_EQ((*listener)->address(), "");
}

}  // namespace
}  // namespace freshet
