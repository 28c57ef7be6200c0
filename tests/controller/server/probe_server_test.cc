// Probes and metrics over real sockets.
#include "controller/server/probe_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>
#include <vector>

#include "controller/net/curl_transport.h"
#include "tests/controller/server/raw_client.h"

namespace freshet {
namespace {

class ProbeServerTest : public ::testing::Test {
 protected:
  ProbeServerTest() {
    auto server =
        start_probe_server("127.0.0.1:0", clock_,
                           {[this] { return healthy_.load(); },
                            [this] { return std::string(ready_ ? "" : "watches are not in sync"); },
                            [] { return std::string("freshet_leader 1\n"); }});
    EXPECT_TRUE(server);
    server_ = *std::move(server);
    NetOptions options;
    options.addresses.allow_private = true;
    transport_ = *make_curl_transport(options);
  }

  std::string get(const std::string& path) {
    HttpRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(server_->port()) + path;
    const auto response = transport_->send(request);
    if (!response) return response.error().message;
    return std::to_string(response->status) + " " + response->body;
  }

  SystemClock clock_;
  std::atomic<bool> healthy_ = true;
  std::atomic<bool> ready_ = false;
  std::unique_ptr<ProbeServer> server_;
  std::unique_ptr<HttpTransport> transport_;
};

TEST_F(ProbeServerTest, SaysWhyItIsNotReady) {
  EXPECT_EQ(get("/readyz"), "503 watches are not in sync\n");
  ready_ = true;
  EXPECT_EQ(get("/readyz"), "200 ok\n");
}

TEST_F(ProbeServerTest, AnswersHealthAndMetrics) {
  EXPECT_EQ(get("/healthz"), "200 ok\n");
  healthy_ = false;
  EXPECT_EQ(get("/healthz"), "503 not healthy\n");
  EXPECT_EQ(get("/metrics"), "200 freshet_leader 1\n");
  EXPECT_EQ(get("/other"), "404 there are /healthz, /readyz and /metrics\n");
}

TEST(ProbeServer, AReadyOneMaySayMore) {
  const SystemClock clock;
  const auto server = start_probe_server("127.0.0.1:0", clock,
                                         {.healthy = {},
                                          .unready = [] { return std::string(); },
                                          .metrics = {},
                                          .role = [] { return "standby"; }});
  ASSERT_TRUE(server);
  NetOptions options;
  options.addresses.allow_private = true;
  HttpRequest request;
  request.url = "http://127.0.0.1:" + std::to_string((*server)->port()) + "/readyz";
  const auto response = (*make_curl_transport(options))->send(request);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "standby\n");
}

TEST(ProbeServer, TheKubeletWaitsForNobodysMetrics) {
  const SystemClock clock;
  std::counting_semaphore<> begun{0};
  std::counting_semaphore<> allowed{0};
  const auto server = start_probe_server("127.0.0.1:0", clock,
                                         {.healthy = [] { return true; },
                                          .unready = [] { return std::string(); },
                                          .metrics =
                                              [&] {
                                                begun.release();
                                                allowed.acquire();
                                                return std::string();
                                              }});
  ASSERT_TRUE(server);
  std::vector<testing::RawClient> clients;
  for (std::size_t i = 0; i < kProbeBounds.waiting + 10; ++i) {
    clients.emplace_back((*server)->port());
    ASSERT_TRUE(clients.back().send("GET /metrics HTTP/1.1\r\n\r\n"));
  }
  for (int i = 0; i < kProbeBounds.workers; ++i) begun.acquire();
  for (const char* path : {"/healthz", "/readyz"}) {
    const testing::RawClient kubelet((*server)->port());
    ASSERT_TRUE(kubelet.send("GET " + std::string(path) + " HTTP/1.1\r\n\r\n"));
    EXPECT_TRUE(kubelet.read_all().starts_with("HTTP/1.1 200 OK")) << path;
  }
  allowed.release(static_cast<std::ptrdiff_t>(clients.size()));
}

TEST(ProbeServer, RefusesAnAddressThatIsNone) {
  const SystemClock clock;
  const auto server = start_probe_server("nowhere", clock, {});
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().message, "listen address \"nowhere\" is not host:port");
}

}  // namespace
}  // namespace freshet
