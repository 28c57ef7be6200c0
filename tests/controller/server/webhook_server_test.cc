// Webhooks over real sockets: what reaches the handler, and what never does.
#include "controller/server/webhook_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "controller/net/curl_transport.h"

namespace freshet {
namespace {

constexpr std::size_t kMostOfHook = 256 << 10;

class WebhookServerTest : public ::testing::Test {
 protected:
  WebhookServerTest() {
    auto server = start_webhook_server(
        "127.0.0.1:0", clock_,
        {[this](const std::string& path, const HttpHeaders& headers, const std::string& body) {
           if (body == "throw") throw std::runtime_error("canary");
           const std::lock_guard lock(mutex_);
           received_.push_back(path + " " + find_header(headers, "X-Sign").value_or("-") + " " +
                               std::to_string(body.size()));
           return 202;
         },
         [this](const std::string& why) {
           const std::lock_guard lock(mutex_);
           refused_.push_back(why);
         },
         kMostOfHook});
    EXPECT_TRUE(server);
    server_ = *std::move(server);
    NetOptions options;
    options.addresses.allow_private = true;
    transport_ = *make_curl_transport(options);
  }

  std::string send(const std::string& method, const std::string& path, const std::string& body,
                   HttpHeaders headers = {}) {
    HttpRequest request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(server_->port()) + path;
    request.headers = std::move(headers);
    request.body = body;
    const auto response = transport_->send(request);
    if (!response) return response.error().message;
    return std::to_string(response->status) + response->body;
  }
  std::vector<std::string> received() {
    const std::lock_guard lock(mutex_);
    return received_;
  }
  std::vector<std::string> refused() {
    const std::lock_guard lock(mutex_);
    return refused_;
  }

  SystemClock clock_;
  std::mutex mutex_;
  std::vector<std::string> received_;
  std::vector<std::string> refused_;
  std::unique_ptr<WebhookServer> server_;
  std::unique_ptr<HttpTransport> transport_;
};

TEST_F(WebhookServerTest, APostReachesTheHandlerAsItWasSent) {
  EXPECT_EQ(send("POST", "/hooks/ci/a%20b", "{}", {{"X-Sign", "s"}}), "202");
  EXPECT_EQ(send("POST", "/hooks/ci", std::string(kMostOfHook, ' ')), "202");
  EXPECT_EQ(received(), (std::vector<std::string>{"/hooks/ci/a b s 2", "/hooks/ci - 262144"}));
}

TEST_F(WebhookServerTest, NothingElseReachesIt) {
  EXPECT_EQ(send("GET", "/hooks/ci", ""), "404");
  EXPECT_EQ(send("PUT", "/hooks/ci", "{}"), "404");
  EXPECT_EQ(send("DELETE", "/hooks/ci", ""), "404");
  EXPECT_EQ(send("GET", "/metrics", ""), "404");
  EXPECT_EQ(send("POST", "/hooks/" + std::string(600, 'a'), "{}"), "404");
  EXPECT_EQ(send("POST", "/hooks/ci", "{}", {{"Content-Encoding", "gzip"}}), "415");
  EXPECT_EQ(send("POST", "/hooks/ci", "{}", {{"Content-Type", "multipart/form-data; boundary=x"}}),
            "415");
  EXPECT_EQ(received(), std::vector<std::string>{});
}

TEST_F(WebhookServerTest, ABodyThatIsTooLargeIsToldSo) {
  EXPECT_EQ(send("POST", "/hooks/ci", std::string(kMostOfHook + 1, ' ')), "413");
  EXPECT_EQ(send("POST", "/hooks/ci", std::string(kMostOfHook + 1, ' '),
                 {{"Transfer-Encoding", "chunked"}}),
            "413");
  EXPECT_EQ(received(), std::vector<std::string>{});
  EXPECT_EQ(refused(), (std::vector<std::string>{"oversize", "oversize"}));
}

TEST_F(WebhookServerTest, AHandlerThatFailsEndsNothingAndTellsNothing) {
  EXPECT_EQ(send("POST", "/hooks/ci", "throw"), "500");
  EXPECT_EQ(refused(), std::vector<std::string>{"failed"});
  EXPECT_EQ(send("POST", "/hooks/ci", "{}"), "202");
}

int connected_to(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  EXPECT_EQ(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  return socket;
}

TEST_F(WebhookServerTest, SlowConnectionsDoNotKeepOthersOut) {
  std::vector<int> slow;
  for (int i = 0; i < 9; ++i) slow.push_back(connected_to(server_->port()));
  const std::string head = "POST /hooks/ci HTTP/1.1\r\nContent-Length: 100\r\n\r\n{";
  for (std::size_t i = 0; i < slow.size(); i += 2) {
    EXPECT_EQ(::send(slow[i], head.data(), head.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(head.size()));
  }
  // One of them goes on, a header line at a time, for as long as it is let.
  std::jthread drip([socket = slow[1]] {
    while (::send(socket, "X: y\r\n", 6, MSG_NOSIGNAL) == 6) sleep_for(milliseconds(20));
  });
  const Duration before = clock_.monotonic();
  EXPECT_EQ(send("POST", "/hooks/ci", "{}"), "202");
  EXPECT_LT(clock_.monotonic() - before, seconds(6)) << "8 at once, 3 seconds each";
  drip.join();
  for (const int socket : slow) ::close(socket);
}

TEST_F(WebhookServerTest, AHeadWithoutEndIsNotReadOn) {
  const int socket = connected_to(server_->port());
  const std::string line = "A: b\r\n";
  std::string head = "POST /hooks/ci HTTP/1.1\r\n";
  while (head.size() < (1 << 20)) head += line;
  (void)::send(socket, head.data(), head.size(), MSG_NOSIGNAL);
  char answer = 0;
  while (::recv(socket, &answer, 1, 0) > 0) {
  }
  ::close(socket);
  EXPECT_EQ(received(), std::vector<std::string>{});
  EXPECT_EQ(send("POST", "/hooks/ci", "{}"), "202");
}

TEST(WebhookServer, RefusesAnAddressThatIsNone) {
  const SystemClock clock;
  const auto server = start_webhook_server("nowhere", clock, {});
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().message, "listen address \"nowhere\" is not host:port");
}

}  // namespace
}  // namespace freshet
