// Debian's Prometheus behind TLS, client certificates, a user with a password, and a path prefix.
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <memory>

#include "base/clock.h"
#include "base/files.h"
#include "controller/runtime/metrics_source.h"
#include "controller/runtime/prometheus_access.h"
#include "tests/real/process.h"
#include "tests/support/temporary_folder.h"

namespace freshet {
namespace {

const RevisionKey kNobody{"shop", "nobody-1"};
constexpr const char* kWebConfig = R"(
tls_server_config:
  cert_file: {0}
  key_file: {1}
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: {2}
basic_auth_users:
  ann: "$2b$04$abcdefghijklmnopqrstuuLIXoogmgXo239cfo42lsEtag3QWQ7zy"
)";
constexpr const char* kPassword = "canary-71f3";  // what that hash is of

class RealPrometheusAccess : public ::testing::Test {
 protected:
  void make_certificate(const std::string& name) {
    const auto made = run_program(
        {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=" + name, "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", directory_ / (name + ".key"), "-out", directory_ / (name + ".pem")},
        directory_ / "openssl.log");
    ASSERT_TRUE(made.has_value()) << made.error().message;
  }

  void SetUp() override {
    for (const char* name : {"server", "freshet", "stranger"}) make_certificate(name);
    directory_.write("web.yml", fmt::format(kWebConfig, directory_ / "server.pem",
                                            directory_ / "server.key", directory_ / "freshet.pem"));
    directory_.write("prometheus.yml", "global: {}\n");
    const std::string host = "127.0.0.1:" + std::to_string(free_loopback_port().value());
    auto process = Process::start({"prometheus", "--config.file=" + (directory_ / "prometheus.yml"),
                                   "--storage.tsdb.path=" + (directory_ / "data"),
                                   "--web.config.file=" + (directory_ / "web.yml"),
                                   "--web.route-prefix=/of/shop", "--web.listen-address=" + host},
                                  directory_ / "prometheus.log");
    ASSERT_TRUE(process.has_value()) << process.error().message;
    process_ = std::make_unique<Process>(*std::move(process));
    access_.url = "https://" + host + "/of/shop";
    access_.ca_file = directory_ / "server.pem";
    access_.user = "ann";
    access_.password_file = directory_.write("password", kPassword);
    access_.certificate_file = directory_.write("client.pem", text_of("freshet.pem"));
    access_.key_file = directory_.write("client.key", text_of("freshet.key"));
    access_ = checked(access_).value();
    options_.prometheus_url = access_.url;
    transport_ = PrometheusTransport::open(
                     access_, [](const std::string& path) { return read_file(path, 1 << 16); },
                     make_curl_transport)
                     .value();
    source_ = std::make_unique<MetricsSource>(options_, *transport_);
    for (int i = 0; i < 200 && !source_->find(kNobody); ++i) sleep_for(milliseconds(50));
  }

  std::string text_of(const std::string& name) {
    return read_file(directory_ / name, 1 << 16).value_or("");
  }

  TemporaryFolder directory_;
  std::unique_ptr<Process> process_;
  PrometheusAccess access_;
  ControllerOptions options_;
  std::unique_ptr<PrometheusTransport> transport_;
  std::unique_ptr<MetricsSource> source_;
};

TEST_F(RealPrometheusAccess, IsGivenByUserPasswordAndCertificateAsTheyAreNow) {
  const auto found = source_->find(kNobody);
  ASSERT_TRUE(found) << found.error().message << text_of("prometheus.log");
  EXPECT_EQ(found->finding, MetricsFinding::kNothing);

  directory_.write("password", "wrong");
  const auto refused = source_->find(kNobody);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnauthorized) << refused.error().message;
  directory_.write("password", std::string(kPassword) + "\n");
  EXPECT_TRUE(source_->find(kNobody));

  directory_.write("client.pem", text_of("stranger.pem"));
  directory_.write("client.key", text_of("stranger.key"));
  const auto stranger = source_->find(kNobody);
  ASSERT_FALSE(stranger) << "another client's certificate";
  EXPECT_EQ(stranger.error().message.find(kPassword), std::string::npos);
  directory_.write("client.pem", text_of("freshet.pem"));
  directory_.write("client.key", text_of("freshet.key"));
  EXPECT_TRUE(source_->find(kNobody));
}

}  // namespace
}  // namespace freshet
