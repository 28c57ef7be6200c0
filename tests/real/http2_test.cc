// Exchanges over HTTP/2, against nghttp2's server: many of one identity share one connection, and
// two identities never do. A connection whose other end has gone silent is not used again.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <regex>
#include <set>

#include "base/clock.h"
#include "base/files.h"
#include "controller/net/curl_exchanges.h"
#include "controller/net/curl_transport.h"
#include "tests/real/process.h"
#include "tests/support/loopback_server.h"
#include "tests/support/temporary_folder.h"

namespace freshet {
namespace {

constexpr int kTogether = 40;
constexpr int kHelloTries = 200;
constexpr Duration kHelloPause = milliseconds(50);
constexpr Duration kAtMost = seconds(10);

class HttpTwo : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto made = run_program(
        {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=registry.test", "-addext",
         "subjectAltName=IP:127.0.0.1", "-keyout", directory_ / "key", "-out", directory_ / "cert"},
        directory_ / "openssl.log");
    ASSERT_TRUE(made.has_value()) << made.error().message;
    ASSERT_TRUE(write_file(directory_ / "manifest", "{}").has_value());
    port_ = free_loopback_port().value();
    auto server =
        Process::start({"/usr/sbin/nghttpd", "-v", "-a", "127.0.0.1", "-d", directory_ / "",
                        std::to_string(port_), directory_ / "key", directory_ / "cert"},
                       directory_ / "server.log");
    ASSERT_TRUE(server.has_value()) << server.error().message;
    server_ = std::move(*server);
    NetOptions net;
    for (const int port : {port_, wire_.port()}) {
      net.addresses.private_hosts.push_back("127.0.0.1:" + std::to_string(port));
    }
    net.extra_ca_pem = read_file(directory_ / "cert", 1 << 16).value();
    exchanges_ = make_curl_exchanges(net).value();
    transport_ = make_curl_transport(net).value();
  }

  HttpRequest request_of(const std::string& identity, int port) const {
    HttpRequest request;
    request.url = "https://127.0.0.1:" + std::to_string(port) + "/manifest";
    request.identity = identity;
    request.timeout = timeout_;
    return request;
  }

  // The statuses of as many exchanges begun at once; 0 for those without an answer.
  std::multiset<int> ask(int times, const std::string& identity) {
    return ask(times, identity, port_);
  }
  std::multiset<int> ask(int times, const std::string& identity, int port) {
    for (int i = 0; i < times; ++i) exchanges_->start(++last_id_, request_of(identity, port));
    std::multiset<int> statuses;
    while (std::ssize(statuses) < times) {
      const auto ended = exchanges_->wait(kAtMost);
      if (ended.empty()) break;
      for (const EndedExchange& each : ended) statuses.insert(each.reply ? each.reply->status : 0);
    }
    return statuses;
  }

  // The server's numbers of the connections over which it was asked for something.
  std::set<std::string> connections() {
    server_->end();  // its log is whole
    const std::string log = read_file(directory_ / "server.log", 8 << 20).value();
    const std::regex asked(R"(\[id=(\d+)\][^\n]*recv \(stream_id=\d+\) :path: /manifest)");
    std::set<std::string> out;
    for (std::sregex_iterator found(log.begin(), log.end(), asked), end; found != end; ++found) {
      out.insert((*found)[1]);
    }
    return out;
  }

  void wait_for_server() {
    for (int i = 0; i < kHelloTries && ask(1, "first") != std::multiset<int>{200}; ++i) {
      sleep_for(kHelloPause);
    }
  }

  TemporaryFolder directory_;
  int port_ = 0;
  Duration timeout_ = HttpRequest().timeout;
  // Between client and server: the connections up to this one are there, and nothing comes over
  // them any more, as over those of a server that hangs.
  std::atomic<int> silent_to_ = 0;
  std::atomic<int> begun_ = 0;
  testing::LoopbackServer wire_{[this](const testing::LoopbackConnection& client) {
    client.forward_to(port_, [this, own = ++begun_] { return own <= silent_to_; });
  }};
  std::optional<Process> server_;
  std::unique_ptr<HttpExchanges> exchanges_;
  std::unique_ptr<HttpTransport> transport_;
  std::uint64_t last_id_ = 0;
};

TEST_F(HttpTwo, ManyExchangesOfOneIdentityShareAConnectionAndTwoIdentitiesDoNot) {
  wait_for_server();
  EXPECT_EQ(ask(kTogether, "first").count(200), std::size_t{kTogether});
  EXPECT_EQ(ask(kTogether, "second").count(200), std::size_t{kTogether});
  EXPECT_EQ(connections().size(), 2U);
}

TEST_F(HttpTwo, AConnectionThatFellSilentIsNotUsedForTheNextExchange) {
  wait_for_server();
  ASSERT_EQ(ask(1, "first", wire_.port()), std::multiset<int>{200});
  silent_to_ = begun_.load();
  timeout_ = seconds(1);
  EXPECT_EQ(ask(3, "first", wire_.port()).count(0), 3U);
  timeout_ = kAtMost;
  EXPECT_EQ(ask(3, "first", wire_.port()).count(200), 3U);
  EXPECT_EQ(begun_, silent_to_ + 1) << "they share a new one";
}

TEST_F(HttpTwo, AConnectionThatFellSilentIsNotUsedForTheNextRequest) {
  wait_for_server();
  ASSERT_TRUE(transport_->send(request_of("first", wire_.port())).has_value());
  silent_to_ = begun_.load();
  timeout_ = seconds(1);
  const auto silent = transport_->send(request_of("first", wire_.port()));
  ASSERT_FALSE(silent.has_value());
  EXPECT_EQ(silent.error().kind, ErrorKind::kTimeout);
  timeout_ = kAtMost;
  const auto next = transport_->send(request_of("first", wire_.port()));
  ASSERT_TRUE(next.has_value()) << next.error().message;
  EXPECT_EQ(next->status, 200);
}

// Two requests at once have each a connection of their own; both fall silent together.
TEST_F(HttpTwo, ASilentConnectionThrowsDoubtOnTheOthersOfItsIdentity) {
  wait_for_server();
  const HttpRequest outer = request_of("first", wire_.port());
  const auto both = transport_->stream(outer, [&](std::string_view) {
    return transport_->send(request_of("first", wire_.port())).has_value();
  });
  ASSERT_TRUE(both.has_value()) << both.error().message;
  ASSERT_EQ(begun_, 2);
  silent_to_ = begun_.load();
  timeout_ = seconds(1);
  EXPECT_FALSE(transport_->send(request_of("first", wire_.port())).has_value());
  timeout_ = kAtMost;
  EXPECT_TRUE(transport_->send(request_of("first", wire_.port())).has_value());
}

}  // namespace
}  // namespace freshet
