// What both transports promise, the real one over sockets and the one in process.
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "controller/net/bounds.h"
#include "controller/net/curl_transport.h"
#include "controller/net/local_transport.h"
#include "tests/support/loopback_server.h"

namespace freshet {
namespace {

using Handler = std::function<HttpResponse(const HttpRequest&)>;

// A transport and the base of URLs that reach `handler` through it.
struct Bench {
  std::unique_ptr<testing::LoopbackServer> server;
  std::unique_ptr<HttpTransport> transport;
  std::string base;
};

Bench over_sockets(const Handler& handler) {
  Bench bench;
  bench.server = std::make_unique<testing::LoopbackServer>(testing::answering(handler));
  NetOptions options;
  options.addresses.allow_private = true;
  bench.transport = std::move(*make_curl_transport(options));
  bench.base = bench.server->url("");
  return bench;
}

Bench in_process(const Handler& handler) {
  Bench bench;
  bench.transport = std::make_unique<LocalTransport>(
      [handler](const HttpRequest& request) -> Result<HttpResponse> {
        HttpRequest seen = request;
        seen.url = parse_url(request.url)->target;
        return handler(seen);
      },
      7);
  bench.base = "http://local.test";
  return bench;
}

class Transport : public ::testing::TestWithParam<Bench (*)(const Handler&)> {
 protected:
  Bench bench(const Handler& handler) const { return GetParam()(handler); }
};

INSTANTIATE_TEST_SUITE_P(Both, Transport, ::testing::Values(over_sockets, in_process),
                         [](const auto& test_info) {
                           return test_info.index == 0 ? "OverSockets" : "InProcess";
                         });

HttpRequest suite_request(const std::string& url, const std::string& method = "GET") {
  HttpRequest request;
  request.method = method;
  request.url = url;
  return request;
}

TEST_P(Transport, HandsOverMethodTargetHeadersAndBodyAndBringsTheAnswerBack) {
  HttpRequest seen;
  Bench b = bench([&](const HttpRequest& request) {
    seen = request;
    return HttpResponse{201, {{"X-Answer", "yes"}}, "made"};
  });
  HttpRequest request = suite_request(b.base + "/a/../b?c=d%2Fe", "PATCH");
  request.headers = {{"Content-Type", "application/json-patch+json"}, {"X-Empty", ""}};
  request.body = "[]";
  const auto answer = b.transport->send(request);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(find_header(answer->headers, "x-answer"), "yes");
  EXPECT_EQ(answer->body, "made");
  EXPECT_EQ(seen.method, "PATCH");
  EXPECT_EQ(seen.url, "/a/../b?c=d%2Fe");
  EXPECT_EQ(seen.body, "[]");
  EXPECT_EQ(find_header(seen.headers, "content-type"), "application/json-patch+json");
  EXPECT_EQ(find_header(seen.headers, "x-empty"), "");
}

TEST_P(Transport, EveryStatusIsAValueAndARedirectIsNotFollowed) {
  int asked = 0;
  Bench b = bench([&](const HttpRequest&) {
    ++asked;
    return HttpResponse{asked == 1 ? 302 : 503, {{"Location", "/elsewhere"}}, ""};
  });
  EXPECT_EQ(b.transport->send(suite_request(b.base + "/"))->status, 302);
  EXPECT_EQ(b.transport->send(suite_request(b.base + "/"))->status, 503);
  EXPECT_EQ(asked, 2);
}

TEST_P(Transport, AHeadHasHeadersAndNoBody) {
  Bench b = bench([](const HttpRequest&) {
    return HttpResponse{200, {{"ETag", "\"x\""}}, "body"};
  });
  const auto answer = b.transport->send(suite_request(b.base + "/", "HEAD"));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(find_header(answer->headers, "etag"), "\"x\"");
  EXPECT_EQ(answer->body, "");
}

TEST_P(Transport, ABodyOverItsBoundIsRefusedAndOneAtItIsNot) {
  Bench b = bench([](const HttpRequest&) { return HttpResponse{200, {}, std::string(1000, 'x')}; });
  HttpRequest request = suite_request(b.base + "/");
  request.max_body_bytes = 1000;
  EXPECT_EQ(b.transport->send(request)->body.size(), 1000U);
  request.max_body_bytes = 999;
  const auto answer = b.transport->send(request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kRefused);
  EXPECT_NE(answer.error().message.find("over 999 bytes"), std::string::npos)
      << answer.error().message;
}

TEST_P(Transport, AFloodOfHeadersIsRefused) {
  Bench b = bench([](const HttpRequest& request) {
    HttpResponse response{200, {}, ""};
    const bool many = request.url == "/many";
    const std::size_t count = many ? kMaxResponseHeaders + 1 : 10;
    for (std::size_t i = 0; i < count; ++i) {
      response.headers.push_back({"X-" + std::to_string(i), std::string(many ? 1 : 8000, 'v')});
    }
    return response;
  });
  for (const char* target : {"/many", "/long"}) {
    const auto answer = b.transport->send(suite_request(b.base + target));
    ASSERT_FALSE(answer) << target;
    EXPECT_EQ(answer.error().kind, ErrorKind::kRefused);
  }
}

TEST_P(Transport, AStreamHandsOnTheWholeBodyAndReturnsTheHead) {
  Bench b = bench([](const HttpRequest&) {
    return HttpResponse{200, {{"X-Kind", "stream"}}, std::string(100000, 's')};
  });
  std::string got;
  HttpRequest request = suite_request(b.base + "/");
  request.max_body_bytes = 10;  // bounds error bodies only
  const auto head = b.transport->stream(request, [&](std::string_view bytes) {
    got += bytes;
    return true;
  });
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->body, "");
  EXPECT_EQ(find_header(head->headers, "x-kind"), "stream");
  EXPECT_EQ(got, std::string(100000, 's'));
}

TEST_P(Transport, AStreamEndsWhenItsReaderHasEnough) {
  Bench b = bench([](const HttpRequest&) { return HttpResponse{200, {}, std::string(99, 's')}; });
  int calls = 0;
  const auto head = b.transport->stream(suite_request(b.base + "/"), [&](std::string_view) {
    ++calls;
    return false;
  });
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(calls, 1);
}

TEST_P(Transport, AStreamThatIsDeniedReturnsTheBoundedBodyAndHandsNothingOn) {
  Bench b = bench([](const HttpRequest&) { return HttpResponse{410, {}, "too old"}; });
  const auto head = b.transport->stream(suite_request(b.base + "/"), [&](std::string_view) {
    ADD_FAILURE() << "the body of a 410 was handed on";
    return true;
  });
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->status, 410);
  EXPECT_EQ(head->body, "too old");
}

TEST_P(Transport, AnAddressThatCannotBeReadIsBadInput) {
  Bench b = bench([](const HttpRequest&) { return HttpResponse{200, {}, ""}; });
  for (const char* url : {"", "file:///etc/passwd", "http://user:pass@host/", "gopher://x/"}) {
    EXPECT_EQ(b.transport->send(suite_request(url)).error().kind, ErrorKind::kBadInput) << url;
    EXPECT_EQ(b.transport->stream(suite_request(url), nullptr).error().kind, ErrorKind::kBadInput);
  }
}

}  // namespace
}  // namespace freshet
