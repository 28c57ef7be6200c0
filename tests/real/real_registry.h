// Debian's docker-registry for one test, images made by umoci and pushed by skopeo: an independent
// server and an independent client.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/text.h"
#include "controller/net/curl_transport.h"
#include "controller/registry/poller.h"
#include "tests/real/process.h"
#include "tests/support/run_checks.h"
#include "tests/support/temporary_folder.h"

namespace freshet {

// bcrypt of "pass:word", as htpasswd -B writes it.
inline constexpr const char* kPasswords =
    "robot:$2b$04$cVlOifLa1tYGTJCq/HlgAuNB/8oifuUL7krKVJ6BX2L2D1/5CGBeq\n";
inline constexpr int kStartAttempts = 200;
inline constexpr Duration kStartPause = milliseconds(50);

// Keeps what goes through.
class RecordingTransport final : public HttpTransport {
 public:
  explicit RecordingTransport(HttpTransport& inner) : inner_(inner) {}
  Result<HttpResponse> send(const HttpRequest& request) override {
    auto reply = inner_.send(request);
    lines.push_back(request.method + " " + std::to_string(reply ? reply->status : 0));
    return reply;
  }
  Result<HttpResponse> stream(const HttpRequest& request, const OnBytes& on_bytes) override {
    return inner_.stream(request, on_bytes);
  }
  std::vector<std::string> lines;

 private:
  HttpTransport& inner_;
};

class RealRegistry : public ::testing::Test {
 protected:
  void SetUp() override {
    port_ = free_loopback_port().value();
    host_ = "127.0.0.1:" + std::to_string(port_);
    options_.plain_http = {host_};
    NetOptions net;
    net.addresses.private_hosts = {host_};
    curl_ = make_curl_transport(net).value();
    transport_ = std::make_unique<RecordingTransport>(*curl_);
  }

  void start(bool with_passwords = false) {
    std::string config =
        "version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n"
        "storage: {filesystem: {rootdirectory: " +
        (directory_ / "data") + "}}\nhttp: {addr: '" + host_ + "'}\n" + more_settings_;
    if (with_passwords) {
      ASSERT_TRUE(write_file(directory_ / "htpasswd", kPasswords).has_value());
      config += "auth: {htpasswd: {realm: r, path: " + (directory_ / "htpasswd") + "}}\n";
    }
    ASSERT_TRUE(write_file(directory_ / "config.yml", config).has_value());
    auto process = Process::start({"docker-registry", "serve", directory_ / "config.yml"},
                                  directory_ / "registry.log");
    ASSERT_TRUE(process.has_value()) << process.error().message;
    process_ = std::move(*process);
    HttpRequest ping;
    ping.url = "http://" + host_ + "/v2/";
    for (int i = 0; i < kStartAttempts && !curl_->send(ping); ++i) sleep_for(kStartPause);
    ASSERT_TRUE(curl_->send(ping).has_value());
  }

  // An image made at `created`, pushed to acme/app:TAG; its digest as skopeo saw it.
  Digest push(const std::string& tag, const std::string& created,
              const std::vector<std::string>& more = {"--dest-no-creds"}) {
    const std::string log = directory_ / "tool.log";
    const std::string layout = directory_ / "layout";
    run({"rm", "-rf", layout});
    run({"umoci", "init", "--layout", layout});
    run({"umoci", "new", "--image", layout + ":i"});
    run({"umoci", "config", "--image", layout + ":i", "--created", created, "--os", "linux",
         "--architecture", "amd64"});
    std::vector<std::string> copy = {"skopeo",       "--insecure-policy",
                                     "copy",         "--dest-tls-verify=false",
                                     "--digestfile", directory_ / "digest"};
    copy.insert(copy.end(), more.begin(), more.end());
    copy.insert(copy.end(), {"oci:" + layout + ":i", "docker://" + host_ + "/acme/app:" + tag});
    run(copy);
    const auto digest = Digest::parse(trim(read_file(directory_ / "digest", 1000).value()));
    EXPECT_TRUE(digest.has_value());
    return digest.value();
  }

  void run(const std::vector<std::string>& arguments) {
    const auto done = run_program(arguments, directory_ / "tool.log");
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }

  std::variant<Confirmed, RegistryFailure> resolve(const std::string& tag,
                                                   const Credential& credential = {}) {
    return resolve_image(reference(tag), credential, options_, *transport_,
                         [this] { return clock_.now(); });
  }

  ImageReference reference(const std::string& tag) const {
    return parse_image_reference(host_ + "/acme/app:" + tag).value();
  }

  std::vector<PollKey> poll(Poller& poller, TimePoint now) {
    transport_->lines.clear();
    return run_checks(poller, *transport_, now);
  }

  static Credential robot(const std::string& password) {
    return {"config.json#registry", "robot", Secret(password), Secret()};
  }

  SystemClock clock_;
  TemporaryFolder directory_;
  int port_ = 0;
  std::string host_;
  std::string more_settings_;  // of the registry, in YAML
  RegistryOptions options_;
  std::unique_ptr<HttpTransport> curl_;
  std::unique_ptr<RecordingTransport> transport_;
  std::optional<Process> process_;
};

}  // namespace freshet
