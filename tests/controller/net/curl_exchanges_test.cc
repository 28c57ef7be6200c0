// Exchanges in flight over real sockets: who waits for whom.
#include "controller/net/curl_exchanges.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/clock.h"
#include "tests/support/loopback_server.h"

namespace freshet {
namespace {

HttpRequest exchange_to(const testing::LoopbackServer& server, const std::string& identity = "") {
  HttpRequest request;
  request.url = server.url("/");
  request.identity = identity;
  return request;
}

std::unique_ptr<HttpExchanges> loopback_exchanges() {
  NetOptions options;
  options.addresses.allow_private = true;
  return std::move(*make_curl_exchanges(options));
}

testing::LoopbackServer::Serve saying_yes() {
  return testing::answering([](const HttpRequest&) { return HttpResponse{200, {}, "yes"}; });
}

TEST(CurlExchanges, AServerThatNeverAnswersDelaysNoOther) {
  testing::LoopbackServer silent([](testing::LoopbackConnection& connection) {
    connection.read_request();
    connection.wait_for_close(seconds(5));
  });
  testing::LoopbackServer quick(saying_yes());
  const auto exchanges = loopback_exchanges();
  HttpRequest waits = exchange_to(silent);
  waits.timeout = seconds(1);
  exchanges->start(1, waits);
  exchanges->start(2, exchange_to(quick));
  const auto first = exchanges->wait(seconds(5));
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].id, 2u);
  ASSERT_TRUE(first[0].reply) << first[0].reply.error().message;
  EXPECT_EQ(first[0].reply->body, "yes");
  const auto second = exchanges->wait(seconds(5));
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].id, 1u);
  ASSERT_FALSE(second[0].reply);
  EXPECT_EQ(second[0].reply.error().kind, ErrorKind::kTimeout);
}

TEST(CurlExchanges, ConnectionsAreKeptForOneIdentityOnly) {
  testing::LoopbackServer server(saying_yes());
  const auto exchanges = loopback_exchanges();
  for (const std::string identity : {"a", "a", "b", "a", "b"}) {
    exchanges->start(1, exchange_to(server, identity));
    ASSERT_EQ(exchanges->wait(seconds(5)).size(), 1u);
  }
  EXPECT_EQ(server.connections(), 2);
}

TEST(CurlExchanges, AWakeFromAnotherThreadEndsTheWait) {
  const auto exchanges = loopback_exchanges();
  const std::jthread other([&] { exchanges->wake(); });
  const SystemClock clock;
  const Duration before = clock.monotonic();
  EXPECT_TRUE(exchanges->wait(seconds(30)).empty());
  EXPECT_LT(clock.monotonic() - before, seconds(20));
}

TEST(CurlExchanges, WhatCannotBeginEndsAsAnErrorOfItsOwn) {
  const auto exchanges = loopback_exchanges();
  HttpRequest request;
  request.url = "not a url";
  exchanges->start(7, request);
  const auto ended = exchanges->wait(seconds(5));
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].id, 7u);
  EXPECT_FALSE(ended[0].reply);
}

}  // namespace
}  // namespace freshet
