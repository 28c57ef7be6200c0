// The server over real sockets, on a clock that stands still unless it is told to go on: what is
// answered is answered while the slow ones are still there.
#include "controller/server/http_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>
#include <stdexcept>
#include <vector>

#include "tests/controller/server/raw_client.h"

namespace freshet {
namespace {

using testing::RawClient;

class StandingClock final : public Clock {
 public:
  TimePoint now() const override { return TimePoint(monotonic()); }
  Duration monotonic() const override { return Duration(time_.load()); }
  void advance(Duration d) { time_ += d.count(); }

 private:
  std::atomic<Duration::rep> time_ = 0;
};

class HttpServerTest : public ::testing::Test {
 protected:
  void start(const ServerBounds& bounds) {
    auto server = start_http_server("127.0.0.1:0", clock_, bounds,
                                    {[this](const HttpRequest& request) { return answer(request); },
                                     [](int status, const std::string& why) {
                                       return HttpResponse{status, {}, why};
                                     },
                                     [](const HttpRequest& request) { return quick(request); }});
    ASSERT_TRUE(server);
    server_ = *std::move(server);
  }
  ServerAnswer answer(const HttpRequest& request) {
    if (request.url == "/throw") throw std::runtime_error("canary");
    if (request.url == "/wait") {
      begun_.release();
      allowed_.acquire();
    }
    if (request.url == "/large") return {{200, {}, std::string(32 << 20, 'x')}};
    if (request.url == "/stream") {
      return {{200, {}, "begin\n"}, [this]() -> std::optional<std::string> {
                if (ended_) return std::nullopt;
                return said_.exchange(false) ? "more\n" : "";
              }};
    }
    return {{200, {}, request.method + " " + request.url + " " + request.body}};
  }
  static std::optional<ServerAnswer> quick(const HttpRequest& request) {
    if (request.url == "/quick/throw") throw std::runtime_error("canary");
    if (request.url != "/quick") return std::nullopt;
    return ServerAnswer{{200, {}, "quick"}};
  }
  RawClient client() const { return RawClient(server_->port()); }
  std::string ask(const std::string& bytes) const {
    const RawClient client = this->client();
    client.send(bytes);
    const std::string answer = client.read_all();
    const std::size_t body = answer.find("\r\n\r\n");
    return body == std::string::npos ? answer : answer.substr(9, 3) + " " + answer.substr(body + 4);
  }

  StandingClock clock_;
  std::counting_semaphore<64> begun_{0};
  std::counting_semaphore<64> allowed_{0};
  std::atomic<bool> said_ = false;
  std::atomic<bool> ended_ = false;
  std::unique_ptr<HttpServer> server_;
};

const std::string kGet = "GET / HTTP/1.1\r\n\r\n";

TEST_F(HttpServerTest, ARequestIsAnsweredOnceItHasCome) {
  start({.body = 10});
  EXPECT_EQ(ask(kGet), "200 GET / ");
  EXPECT_EQ(ask("HEAD / HTTP/1.1\r\n\r\n"), "200 ");
  const RawClient slow = client();
  for (const char c : std::string("POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nab")) {
    ASSERT_TRUE(slow.send(std::string(1, c)));
  }
  EXPECT_TRUE(slow.waits());
  ASSERT_TRUE(slow.send("c"));
  EXPECT_TRUE(slow.read_all().ends_with("\r\n\r\nPOST /a abc"));
}

TEST_F(HttpServerTest, WhatIsTooLargeOrNotHttpIsToldSo) {
  start({.head = 100, .body = 10});
  EXPECT_EQ(ask("POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n" + std::string(11, 'x')),
            "413 the body may have at most 10 bytes");
  EXPECT_EQ(ask("GET / HTTP/1.1\r\nA: " + std::string(200, 'x')),
            "431 the head of the request is too large");
  EXPECT_EQ(ask("hello\r\n\r\n"), "400 the request line is not METHOD TARGET HTTP/1.1");
  EXPECT_EQ(ask("GET /throw HTTP/1.1\r\n\r\n"), "500 the request could not be answered");
  EXPECT_EQ(ask(kGet), "200 GET / ");
}

// Time stands still: none of them was given up before the others were answered.
TEST_F(HttpServerTest, EightSlowClientsAndTwoHundredIdleConnectionsKeepNobodyWaiting) {
  start({});
  std::vector<RawClient> clients;
  for (int i = 0; i < 208; ++i) clients.push_back(client());
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(clients[static_cast<std::size_t>(i)].send("GET / HTTP/1.1\r\nA: b\r\n"));
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(ask(kGet), "200 GET / ");
  for (const RawClient& each : clients) EXPECT_TRUE(each.waits());
}

const std::string kGetLarge = "GET /large HTTP/1.1\r\n\r\n";
constexpr std::size_t kLargeAnswer =
    (32u << 20) + std::string_view(
                      "HTTP/1.1 200 OK\r\nContent-Length: 33554432\r\n"
                      "Connection: close\r\n\r\n")
                      .size();

TEST_F(HttpServerTest, AReaderThatDoesNotReadKeepsNobodyWaiting) {
  start({.workers = 1, .held = 1 << 30});
  std::vector<RawClient> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(client());
    ASSERT_TRUE(clients.back().send(kGetLarge));
  }
  EXPECT_EQ(ask(kGet), "200 GET / ");
  EXPECT_EQ(clients[0].read_all().size(), kLargeAnswer);
}

TEST_F(HttpServerTest, ThoseThatDoNotReadKeepNobodyOutWhereTheyHaveAllPlaces) {
  start({.connections = 3, .held = 1 << 30});
  std::vector<RawClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(client());
    ASSERT_TRUE(clients.back().send(kGetLarge));
    ASSERT_NE(clients.back().read_until("\r\n\r\n"), "");  // it is being written
  }
  EXPECT_EQ(ask(kGet), "200 GET / ");
  EXPECT_LT(clients[0].read_all().size(), kLargeAnswer / 2);
}

TEST_F(HttpServerTest, OfMoreThanMayBeHeldTheOldestAnswerIsEndedAndTheLastOneIsNot) {
  start({.held = 1 << 20});
  const RawClient slow = client();
  ASSERT_TRUE(slow.send(kGetLarge));
  ASSERT_NE(slow.read_until("\r\n\r\n"), "");
  const RawClient next = client();
  ASSERT_TRUE(next.send(kGetLarge));
  EXPECT_EQ(next.read_all().size(), kLargeAnswer);
  EXPECT_LT(slow.read_all().size(), kLargeAnswer / 2);
}

TEST_F(HttpServerTest, WhatIsAnsweredAtOnceWaitsBehindNothing) {
  start({.waiting = 1, .workers = 1});
  const RawClient answered = client();
  ASSERT_TRUE(answered.send("GET /wait HTTP/1.1\r\n\r\n"));
  begun_.acquire();
  const RawClient waits = client();
  ASSERT_TRUE(waits.send("GET /wait HTTP/1.1\r\n\r\n"));
  EXPECT_EQ(ask("GET /quick HTTP/1.1\r\n\r\n"), "200 quick");
  EXPECT_EQ(ask("GET /quick/throw HTTP/1.1\r\n\r\n"), "500 the request could not be answered");
  allowed_.release(2);
}

TEST_F(HttpServerTest, WhereAllPlacesAreTakenTheOldestUnfinishedOneGoes) {
  start({.connections = 3});
  std::vector<RawClient> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(client());
  EXPECT_EQ(ask(kGet), "200 GET / ");
  EXPECT_EQ(clients[0].read_all(), "");
  EXPECT_TRUE(clients[2].waits());
}

TEST_F(HttpServerTest, ARequestThatDoesNotArriveInTimeIsEnded) {
  start({});
  const RawClient slow = client();
  ASSERT_TRUE(slow.send("GET / HTTP/1.1\r\n"));
  EXPECT_EQ(ask(kGet), "200 GET / ");
  clock_.advance(seconds(5));
  EXPECT_TRUE(slow.read_all().ends_with("the request did not arrive in time"));
}

TEST_F(HttpServerTest, WhoBreaksOffWhileAWorkerHasTheRequestTakesNoPlace) {
  for (const bool ends_its_side_first : {false, true}) {
    start({.connections = 1});
    RawClient gone = client();
    gone.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    begun_.acquire();
    if (ends_its_side_first) gone.end();
    gone.reset();
    EXPECT_EQ(ask("GET /next HTTP/1.1\r\nHost: x\r\n\r\n"), "200 GET /next ");
    allowed_.release();
  }
}

TEST_F(HttpServerTest, BeyondWhatMayWaitRequestsAreRefused) {
  start({.waiting = 1, .workers = 1});
  const RawClient answered = client();
  ASSERT_TRUE(answered.send("GET /wait HTTP/1.1\r\n\r\n"));
  begun_.acquire();
  std::vector<RawClient> others;
  for (int i = 0; i < 2; ++i) {
    others.push_back(client());
    ASSERT_TRUE(others.back().send("GET /wait HTTP/1.1\r\n\r\n"));
  }
  const std::string refused = "503 too many requests wait for an answer";
  EXPECT_EQ(ask(kGet), refused);
  allowed_.release(2);
  EXPECT_TRUE(answered.read_all().starts_with("HTTP/1.1 200"));
  // One of the two waited.
  int waited = 0;
  for (const RawClient& each : others) waited += each.read_all().starts_with("HTTP/1.1 200");
  EXPECT_EQ(waited, 1);
}

TEST_F(HttpServerTest, AStreamGoesOnUntilItEndsAndBlocksNobody) {
  start({.workers = 1});
  const RawClient listener = client();
  ASSERT_TRUE(listener.send("GET /stream HTTP/1.1\r\n\r\n"));
  EXPECT_TRUE(listener.read_until("begin\n").ends_with("\r\n\r\nbegin\n"));
  EXPECT_EQ(ask(kGet), "200 GET / ");
  said_ = true;
  server_->wake();
  EXPECT_EQ(listener.read_until("more\n"), "more\n");
  ended_ = true;
  server_->wake();
  EXPECT_EQ(listener.read_all(), "");
}

}  // namespace
}  // namespace freshet
