// Requests to the outside through a proxy: which of them, and what is never asked of it.
#include "controller/net/egress_proxy.h"

#include <gtest/gtest.h>

#include <mutex>

#include "base/text.h"
#include "controller/net/curl_transport.h"
#include "tests/support/loopback_server.h"

namespace freshet {
namespace {

using testing::LoopbackConnection;
using testing::LoopbackServer;

TEST(EgressProxy, ReadsWhatTheEnvironmentHas) {
  const std::vector<std::string> here = {"localhost", "127.0.0.0/8", "::1"};
  EXPECT_EQ(parse_egress_proxy("", "r.io"), EgressProxy{});
  EXPECT_EQ(parse_egress_proxy("proxy:3128", ""), (EgressProxy{"http://proxy:3128", {}, here}));
  EXPECT_EQ(parse_egress_proxy(" https://proxy ", ""), (EgressProxy{"https://proxy", {}, here}));
  EXPECT_EQ(parse_egress_proxy("http://ann:p%40ss@proxy:3128/", ""),
            (EgressProxy{"http://proxy:3128/", Secret("ann:p%40ss"), here}));
  EXPECT_EQ(
      parse_egress_proxy("http://proxy:1", "R.io, .svc,,10.0.0.0/8")->direct,
      (std::vector<std::string>{"localhost", "127.0.0.0/8", "::1", "r.io", ".svc", "10.0.0.0/8"}));
  for (const char* text : {"socks5://proxy:1080", "http://", "http://proxy:0", "http://proxy/path",
                           "http://ann:canary@proxy:port", "http://ann:can/ary@proxy:1"}) {
    const auto proxy = parse_egress_proxy(text, "");
    ASSERT_FALSE(proxy) << text;
    EXPECT_EQ(proxy.error().kind, ErrorKind::kBadInput) << text;
    EXPECT_EQ(proxy.error().message.find("can"), std::string::npos) << proxy.error().message;
  }
}

TEST(EgressProxy, IsNotAskedForWhatNeedsNone) {
  struct Row {
    const char* no_proxy;
    std::vector<std::string> through;
    std::vector<std::string> direct;
  };
  const std::vector<Row> rows = {
      {"", {"r.io", "10.0.0.1", "[2001:db8::1]"}, {"localhost", "127.0.0.1", "127.9.9.9", "[::1]"}},
      {"r.io", {"ar.io", "r.io.evil.io"}, {"r.io", "a.r.io", "R.io:5000"}},
      {".r.io", {"r.io"}, {"a.r.io", "a.b.r.io"}},
      {"*.r.io", {"r.io"}, {"a.r.io"}},
      {"r.io:5000", {"r.io"}, {"r.io:5000", "a.r.io:5000"}},
      {"r.io:1, *", {}, {"r.io", "s.io", "10.0.0.1"}},
      {"10.0.0.0/8, fd00::/8",
       {"11.0.0.1", "r10.0.0.1.io", "[fe00::1]"},
       {"10.255.0.1", "[fd12::1]"}},
      {"10.0.0.1", {"10.0.0.2", "1.10.0.0.1"}, {"10.0.0.1", "10.0.0.1:5000"}},
      {"[2001:db8::1]:5000", {"[2001:db8::1]"}, {"[2001:db8::1]:5000"}},
      {"10.0.0.0/33, 10.0.0.0/, /8, :5000, .", {"10.0.0.1", "r.io:5000"}, {"localhost"}},
  };
  for (const Row& row : rows) {
    const EgressProxy proxy = parse_egress_proxy("proxy:3128", row.no_proxy).value();
    const auto goes = [&](const std::string& host) {
      return goes_through(proxy, parse_url("https://" + host + "/v2/").value());
    };
    for (const auto& host : row.through) {
      EXPECT_TRUE(goes(host)) << host << " beside " << row.no_proxy;
    }
    for (const auto& host : row.direct) {
      EXPECT_FALSE(goes(host)) << host << " beside " << row.no_proxy;
    }
  }
  EXPECT_FALSE(goes_through({}, parse_url("https://r.io").value()));
  EXPECT_FALSE(goes_through({"http://proxy:3128", {}, {}}, parse_url("http://r.io").value()));
}

// A proxy that lets nobody through, and keeps what it was asked for.
class RefusingProxy : public ::testing::Test {
 protected:
  std::unique_ptr<HttpTransport> transport(const std::string& login, const std::string& no_proxy) {
    NetOptions net;
    net.egress = parse_egress_proxy(
                     "http://" + login + "127.0.0.1:" + std::to_string(server_.port()), no_proxy)
                     .value();
    net.addresses.private_hosts = {"listed"};
    return make_curl_transport(std::move(net)).value();
  }
  static HttpRequest asking(const std::string& url) {
    HttpRequest request;
    request.url = url;
    request.timeout = seconds(5);
    request.headers = {{"Authorization", "Bearer canary"}};
    return request;
  }
  std::vector<HttpRequest> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

  std::mutex mutex_;
  std::vector<HttpRequest> asked_;
  LoopbackServer server_{[this](LoopbackConnection& connection) {
    const auto request = connection.read_request();
    const std::lock_guard lock(mutex_);
    if (request) asked_.push_back(*request);
    connection.write("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
  }};
};

TEST_F(RefusingProxy, IsAskedToConnectAsWhomItsLoginSaysAndGetsNoCredentialOfTheRegistry) {
  const auto answer = transport("ann:p%40ss@", "")->send(asking("https://r.io/v2/"));
  const auto all = asked();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].method, "CONNECT");
  EXPECT_EQ(all[0].url, "r.io:443");
  EXPECT_EQ(find_header(all[0].headers, "Proxy-Authorization"),
            "Basic " + base64_encode("ann:p@ss"));
  EXPECT_EQ(find_header(all[0].headers, "Authorization"), std::nullopt);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kTransient);
  EXPECT_EQ(answer.error().message, "GET r.io:443: the proxy http://127.0.0.1:" +
                                        std::to_string(server_.port()) + " answered HTTP 407");
}

TEST_F(RefusingProxy, IsNotAskedForAHostOfNoProxyWhoseAddressIsLookedAtThen) {
  const std::string port = std::to_string(testing::closed_port());
  const auto answer = transport("", "r.io")->send(asking("https://127.0.0.1:" + port + "/"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kRefused) << answer.error().message;
  EXPECT_EQ(asked().size(), 0u);
}

TEST_F(RefusingProxy, IsNeverAskedForAnAddressOrABareNameThatIsNotListed) {
  const auto through = transport("", "");
  for (const char* host : {"169.254.169.254", "10.0.0.1", "2130706433", "0x7f.1", "[fd00::1]",
                           "metadata", "metadata."}) {
    const auto answer = through->send(asking("https://" + std::string(host) + "/"));
    ASSERT_FALSE(answer) << host;
    EXPECT_EQ(answer.error().kind, ErrorKind::kRefused) << host;
  }
  EXPECT_EQ(asked().size(), 0u);
  EXPECT_FALSE(through->send(asking("https://listed/")));
  EXPECT_EQ(asked().size(), 1u);
}

}  // namespace
}  // namespace freshet
