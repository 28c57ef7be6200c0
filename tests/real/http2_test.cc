// Exchanges over HTTP/2, against nghttp2's server: many of one identity share one connection, and
// two identities never do.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <regex>
#include <set>

#include "base/clock.h"
#include "base/files.h"
#include "controller/net/curl_exchanges.h"
#include "tests/real/process.h"
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
    net.addresses.private_hosts = {"127.0.0.1:" + std::to_string(port_)};
    net.extra_ca_pem = read_file(directory_ / "cert", 1 << 16).value();
    exchanges_ = make_curl_exchanges(net).value();
  }

  // The statuses of as many exchanges begun at once; 0 for those without an answer.
  std::multiset<int> ask(int times, const std::string& identity) {
    for (int i = 0; i < times; ++i) {
      HttpRequest request;
      request.url = "https://127.0.0.1:" + std::to_string(port_) + "/manifest";
      request.identity = identity;
      exchanges_->start(++last_id_, std::move(request));
    }
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

  TemporaryFolder directory_;
  int port_ = 0;
  std::optional<Process> server_;
  std::unique_ptr<HttpExchanges> exchanges_;
  std::uint64_t last_id_ = 0;
};

TEST_F(HttpTwo, ManyExchangesOfOneIdentityShareAConnectionAndTwoIdentitiesDoNot) {
  for (int i = 0; i < kHelloTries && ask(1, "first") != std::multiset<int>{200}; ++i) {
    sleep_for(kHelloPause);
  }
  EXPECT_EQ(ask(kTogether, "first").count(200), std::size_t{kTogether});
  EXPECT_EQ(ask(kTogether, "second").count(200), std::size_t{kTogether});
  EXPECT_EQ(connections().size(), 2U);
}

}  // namespace
}  // namespace freshet
