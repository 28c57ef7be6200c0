// libcurl against a server that misbehaves: what each failure becomes.
#include "controller/net/curl_transport.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/clock.h"
#include "tests/support/loopback_server.h"

namespace freshet {
namespace {

using testing::LoopbackConnection;
using testing::LoopbackServer;

std::unique_ptr<HttpTransport> transport(NetOptions options = {}) {
  options.addresses.private_hosts.push_back("127.0.0.1");
  return std::move(*make_curl_transport(std::move(options)));
}

HttpRequest request_to(const std::string& url, Duration timeout = seconds(5)) {
  HttpRequest request;
  request.url = url;
  request.timeout = timeout;
  return request;
}

TEST(CurlTransport, ARefusedConnectionIsTransientAndNamesHostAndPort) {
  const std::string port = std::to_string(testing::closed_port());
  const auto answer = transport()->send(request_to("http://127.0.0.1:" + port + "/secret"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kTransient);
  EXPECT_EQ(answer.error().message,
            "GET 127.0.0.1:" + port + ": Couldn't connect to server (Connection refused)");
}

TEST(CurlTransport, AnAnswerThatIsCutIsTransient) {
  struct Row {
    const char* name;
    LoopbackServer::Serve serve;
  };
  const Row rows[] = {
      {"closed before a byte", [](LoopbackConnection& c) { c.read_request(); }},
      {"reset before a byte", [](LoopbackConnection& c) { c.read_request(), c.reset(); }},
      {"closed within the head",
       [](LoopbackConnection& c) { c.read_request(), c.write("HTTP/1.1 200 OK\r\nContent-"); }},
      {"closed within a body of known length",
       [](LoopbackConnection& c) {
         c.read_request(), c.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
       }},
      {"closed within a chunk",
       [](LoopbackConnection& c) {
         c.read_request();
         c.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nha");
       }},
      {"not HTTP at all",
       [](LoopbackConnection& c) { c.read_request(), c.write("SSH-2.0-x\r\n\r\n"); }},
  };
  for (const Row& row : rows) {
    LoopbackServer server(row.serve);
    const auto answer = transport()->send(request_to(server.url("/")));
    ASSERT_FALSE(answer) << row.name;
    EXPECT_EQ(answer.error().kind, ErrorKind::kTransient) << row.name;
  }
}

TEST(CurlTransport, AnAnswerThatDripsIsATimeoutForTheWholeExchange) {
  LoopbackServer server([](LoopbackConnection& c) {
    c.read_request();
    c.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    while (!c.wait_for_close(milliseconds(50))) c.write("x");
  });
  const Duration began = SystemClock().monotonic();
  const auto answer = transport()->send(request_to(server.url("/"), milliseconds(300)));
  const Duration took = SystemClock().monotonic() - began;
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kTimeout);
  EXPECT_GE(took, milliseconds(290));
  EXPECT_LT(took, milliseconds(1500));
}

TEST(CurlTransport, AnEndlessBodyIsGivenUpAtItsBound) {
  LoopbackServer server([](LoopbackConnection& c) {
    c.read_request();
    c.write("HTTP/1.1 200 OK\r\n\r\n");
    while (!c.wait_for_close(milliseconds(1))) c.write(std::string(10000, 'x'));
  });
  HttpRequest request = request_to(server.url("/"));
  request.max_body_bytes = 50000;
  const auto answer = transport()->send(request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kRefused);
}

TEST(CurlTransport, InterimAnswersAreSkippedButTheirHeadersCountAgainstTheBound) {
  LoopbackServer polite([](LoopbackConnection& c) {
    c.read_request();
    c.write("HTTP/1.1 103 Early Hints\r\nX-A: interim\r\n\r\n" +
            testing::render({200, {{"X-A", "final"}}, "ok"}));
  });
  const auto answer = transport()->send(request_to(polite.url("/")));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(find_headers(answer->headers, "x-a"), std::vector<std::string>{"final"});

  LoopbackServer flood([](LoopbackConnection& c) {
    c.read_request();
    for (int i = 0; i < 500; ++i) c.write("HTTP/1.1 103 Early Hints\r\nX-A: interim\r\n\r\n");
    c.write(testing::render({200, {}, "ok"}));
  });
  EXPECT_EQ(transport()->send(request_to(flood.url("/"))).error().kind, ErrorKind::kRefused);
}

TEST(CurlTransport, ConnectionsAreKeptForAnIdentityAndNeverSharedWithAnother) {
  LoopbackServer server(testing::answering([](const HttpRequest&) {
    return HttpResponse{200, {}, "ok"};
  }));
  const auto shared = transport();
  HttpRequest request = request_to(server.url("/"));
  request.identity = "alice";
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(shared->send(request));
  EXPECT_EQ(server.connections(), 1);
  request.identity = "bob";
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(shared->send(request));
  EXPECT_EQ(server.connections(), 2);
  request.identity = "alice";
  ASSERT_TRUE(shared->send(request));
  EXPECT_EQ(server.connections(), 2);
}

TEST(CurlTransport, AKeptConnectionThatTheServerClosedIsReplacedSilently) {
  LoopbackServer server([](LoopbackConnection& c) {
    if (c.read_request()) c.write(testing::render({200, {}, "once"}));
  });
  const auto kept = transport();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(kept->send(request_to(server.url("/"))));
  EXPECT_EQ(server.connections(), 3);
}

TEST(CurlTransport, OneTransportServesSeveralThreads) {
  LoopbackServer server(testing::answering([](const HttpRequest& r) {
    return HttpResponse{200, {}, r.url};
  }));
  const auto shared = transport();
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        const std::string target = "/" + std::to_string(t) + "/" + std::to_string(i);
        const auto answer = shared->send(request_to(server.url(target)));
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_EQ(answer->body, target);
      }
    });
  }
  threads.clear();
  EXPECT_LE(server.connections(), 4);
}

TEST(CurlTransport, APrivateAddressIsRefusedUnlessTheHostMayHaveOne) {
  LoopbackServer server(testing::answering([](const HttpRequest&) {
    return HttpResponse{200, {}, "inside"};
  }));
  const auto strict = std::move(*make_curl_transport({}));
  const std::string port = ":" + std::to_string(server.port()) + "/";
  for (const char* host :
       {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"}) {
    const auto answer = strict->send(request_to("http://" + std::string(host) + port));
    ASSERT_FALSE(answer) << host;
    EXPECT_NE(answer.error().kind, ErrorKind::kTransient) << host << answer.error().message;
  }
  EXPECT_EQ(server.connections(), 0);
  EXPECT_TRUE(transport()->send(request_to(server.url("/"))));
}

TEST(CurlTransport, HeadersThatWouldSplitTheRequestAreRefusedWithoutEchoingThem) {
  HttpRequest request = request_to("http://127.0.0.1:1/");
  request.headers = {{"Authorization", "Bearer canary-secret\r\nX-Injected: 1"}};
  const auto answer = transport()->send(request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kBadInput);
  EXPECT_EQ(answer.error().message.find("canary-secret"), std::string::npos);
}

TEST(CurlTransport, NothingIsSentThatWasNotAskedFor) {
  HttpRequest seen;
  LoopbackServer server(testing::answering([&](const HttpRequest& r) {
    seen = r;
    return HttpResponse{200, {}, ""};
  }));
  HttpRequest request = request_to(server.url("/"));
  request.method = "POST";
  request.body = std::string(3000, 'x');
  NetOptions options;
  options.user_agent = "freshet/test";
  ASSERT_TRUE(transport(options)->send(request));
  std::vector<std::string> names;
  for (const HttpHeader& header : seen.headers) names.push_back(header.name);
  EXPECT_EQ(names, (std::vector<std::string>{"Host", "User-Agent", "Accept", "Content-Length"}));
  EXPECT_EQ(find_header(seen.headers, "user-agent"), "freshet/test");
}

TEST(CurlTransport, EveryExchangeIsCountedByHostAndStatus) {
  LoopbackServer server(testing::answering([](const HttpRequest&) {
    return HttpResponse{404, {}, ""};
  }));
  std::vector<std::pair<std::string, int>> counted;
  NetOptions options;
  options.on_exchange = [&](std::string_view host, int status) {
    counted.emplace_back(host, status);
  };
  const auto counting = transport(options);
  ASSERT_TRUE(counting->send(request_to(server.url("/"))));
  ASSERT_FALSE(counting->send(
      request_to("http://127.0.0.1:" + std::to_string(testing::closed_port()) + "/")));
  EXPECT_EQ(counted,
            (std::vector<std::pair<std::string, int>>{{"127.0.0.1", 404}, {"127.0.0.1", 0}}));
}

TEST(CurlTransport, ACertificateWithoutItsKeyIsBadInput) {
  NetOptions options;
  options.client_certificate_pem = "-----BEGIN CERTIFICATE-----";
  EXPECT_EQ(make_curl_transport(options).error().kind, ErrorKind::kBadInput);
}

}  // namespace
}  // namespace freshet
