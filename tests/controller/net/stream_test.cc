// Streams over real sockets: latency, cuts, silence, and a clean stop.
#include <gtest/gtest.h>

#include <atomic>

#include "base/clock.h"
#include "controller/net/curl_transport.h"
#include "tests/support/loopback_server.h"

namespace freshet {
namespace {

using testing::LoopbackConnection;
using testing::LoopbackServer;

constexpr const char* kChunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

std::unique_ptr<HttpTransport> streaming(NetOptions options = {}) {
  options.addresses.allow_private = true;
  return std::move(*make_curl_transport(std::move(options)));
}

HttpRequest stream_from(const std::string& url) {
  HttpRequest request;
  request.url = url;
  request.timeout = seconds(20);
  return request;
}

TEST(Stream, BytesAreHandedOnAsTheyComeNotWhenTheBodyIsComplete) {
  LoopbackServer server([](LoopbackConnection& c) {
    c.read_request();
    c.write(std::string(kChunkedHead) + "5\r\nfirst\r\n");
    c.wait_for_close(seconds(10));  // the body never ends
  });
  const Duration began = SystemClock().monotonic();
  const auto head = streaming()->stream(stream_from(server.url("/")),
                                        [](std::string_view bytes) { return bytes != "first"; });
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_LT(SystemClock().monotonic() - began, seconds(2));
}

TEST(Stream, ACutAfterSomeBytesDeliversThemAndIsTransient) {
  LoopbackServer server([](LoopbackConnection& c) {
    c.read_request();
    c.write(std::string(kChunkedHead) + "5\r\nfirst\r\n5\r\nse");
  });
  std::string got;
  const auto head = streaming()->stream(stream_from(server.url("/")), [&](std::string_view bytes) {
    got += bytes;
    return true;
  });
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().kind, ErrorKind::kTransient);
  EXPECT_EQ(got, "firstse");
}

TEST(Stream, SilenceBeyondTheIdleBoundIsATimeout) {
  LoopbackServer server([](LoopbackConnection& c) {
    c.read_request();
    c.write(kChunkedHead);
    c.wait_for_close(seconds(10));
  });
  NetOptions options;
  options.stream_idle = milliseconds(300);
  const auto head = streaming(options)->stream(stream_from(server.url("/")),
                                               [](std::string_view) { return true; });
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().kind, ErrorKind::kTimeout);
}

TEST(Stream, AStopEndsItWithinASecond) {
  std::atomic<bool> stop = false;
  LoopbackServer server([&](LoopbackConnection& c) {
    c.read_request();
    c.write(kChunkedHead);
    stop = true;
    c.wait_for_close(seconds(10));
  });
  NetOptions options;
  options.stop = [&] { return stop.load(); };
  const Duration began = SystemClock().monotonic();
  const auto head = streaming(options)->stream(stream_from(server.url("/")),
                                               [](std::string_view) { return true; });
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().kind, ErrorKind::kTransient);
  EXPECT_LT(SystemClock().monotonic() - began, seconds(1));
}

}  // namespace
}  // namespace freshet
