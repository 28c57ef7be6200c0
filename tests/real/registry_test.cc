// The registry room against Debian's docker-registry, with images made by umoci and pushed by
// skopeo: an independent server and an independent client.
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

namespace freshet {
namespace {

// bcrypt of "pass:word", as htpasswd -B writes it.
constexpr const char* kPasswords =
    "robot:$2b$04$cVlOifLa1tYGTJCq/HlgAuNB/8oifuUL7krKVJ6BX2L2D1/5CGBeq\n";
constexpr int kStartAttempts = 200;
const Duration kStartPause = milliseconds(50);

// Keeps what goes through.
class RecordingTransport final : public HttpTransport {
 public:
  explicit RecordingTransport(HttpTransport& inner) : inner_(inner) {}
  Result<HttpResponse> send(const HttpRequest& request) override {
    auto reply = inner_.send(request);
    lines.push_back(request.method + " " + std::to_string(reply ? reply->status : 0));
    return reply;
  }
  std::vector<Result<HttpResponse>> send_all(std::vector<HttpRequest> requests) override {
    auto replies = inner_.send_all(requests);
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const int status = replies[i] ? replies[i]->status : 0;
      lines.push_back(requests[i].method + " " + std::to_string(status));
    }
    return replies;
  }
  Result<HttpResponse> stream(const HttpRequest& request, const OnBytes& on_bytes) override {
    return inner_.stream(request, on_bytes);
  }
  std::vector<std::string> lines;

 private:
  HttpTransport& inner_;
};

class RealRegistry : public testing::Test {
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
        (directory_ / "data") + "}}\nhttp: {addr: '" + host_ + "'}\n";
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
    return poller.run_due(*transport_, [now] { return now; });
  }

  static Credential robot(const std::string& password) {
    return {"config.json#registry", "robot", Secret(password), Secret()};
  }

  SystemClock clock_;
  TemporaryDirectory directory_;
  int port_ = 0;
  std::string host_;
  RegistryOptions options_;
  std::unique_ptr<HttpTransport> curl_;
  std::unique_ptr<RecordingTransport> transport_;
  std::optional<Process> process_;
};

Confirmed amd64_image(const Digest& digest, const std::string& created) {
  return {digest,
          std::string(kOciManifest),
          {{"linux", "amd64", ""}},
          parse_rfc3339(created).value(),
          false};
}

TEST_F(RealRegistry, ResolvesWhatWasPushed) {
  start();
  const auto digest = push("1", "2026-11-22T23:30:00Z");
  const auto image = resolve("1");
  ASSERT_TRUE(std::holds_alternative<Confirmed>(image)) << std::get<RegistryFailure>(image).message;
  EXPECT_EQ(std::get<Confirmed>(image), amd64_image(digest, "2026-11-22T23:30:00Z"));
  EXPECT_EQ(transport_->lines, (std::vector<std::string>{"HEAD 200", "GET 200", "GET 200"}));
  const auto missing = std::get<RegistryFailure>(resolve("2"));
  EXPECT_EQ(missing.kind, RegistryFailureKind::kNotFound);
}

TEST_F(RealRegistry, ResolvesAnIndexAndLooksIntoItForADate) {
  start();
  const auto child = push("1", "2026-11-22T23:30:00Z");
  HttpRequest put;
  put.method = "PUT";
  put.url = "http://" + host_ + "/v2/acme/app/manifests/multi";
  put.headers = {{"Content-Type", std::string(kOciIndex)}};
  put.body = R"({"schemaVersion":2,"mediaType":")" + std::string(kOciIndex) +
             R"(","manifests":[{"mediaType":")" + std::string(kOciManifest) +
             R"(","size":192,"digest":")" + child.get() +
             R"(","platform":{"os":"linux","architecture":"amd64"}}]})";
  ASSERT_EQ(curl_->send(put)->status, 201);
  auto want = amd64_image(*Digest::parse("sha256:" + sha256_hex(put.body)), "2026-11-22T23:30:00Z");
  want.media_type = kOciIndex;
  const auto image = resolve("multi");
  ASSERT_TRUE(std::holds_alternative<Confirmed>(image)) << std::get<RegistryFailure>(image).message;
  EXPECT_EQ(std::get<Confirmed>(image), want);
}

TEST_F(RealRegistry, ASteadyTagCostsOneConditionalHeadAndAMoveIsSeen) {
  start();
  const auto old_digest = push("1", "2026-11-22T23:30:00Z");
  Poller poller(options_);
  const auto key = poll_key(reference("1"), "");
  TimePoint now = clock_.now();
  poller.set_followed({{reference("1"), {}, minutes(5)}}, now);
  EXPECT_EQ(poll(poller, now), std::vector{key});
  EXPECT_EQ(poller.find(key)->confirmed, amd64_image(old_digest, "2026-11-22T23:30:00Z"));

  now = *poller.next_due(now);
  EXPECT_EQ(poll(poller, now), std::vector<PollKey>{});
  EXPECT_EQ(transport_->lines, std::vector<std::string>{"HEAD 304"});

  const auto new_digest = push("1", "2026-11-23T23:30:00Z");
  ASSERT_NE(old_digest, new_digest);
  now = *poller.next_due(now);
  EXPECT_EQ(poll(poller, now), std::vector{key});
  EXPECT_EQ(poller.find(key)->confirmed, amd64_image(new_digest, "2026-11-23T23:30:00Z"));
}

TEST_F(RealRegistry, WantsItsPasswordAndGetsItWithoutBeingAskedTwice) {
  start(true);
  const auto digest = push("1", "2026-11-22T23:30:00Z", {"--dest-creds", "robot:pass:word"});
  for (const auto& credential : {Credential{}, robot("canary")}) {
    const auto failure = std::get<RegistryFailure>(resolve("1", credential));
    EXPECT_EQ(failure.kind, RegistryFailureKind::kAuthentication);
    EXPECT_EQ(failure.message.find("canary"), std::string::npos);
  }
  Poller poller(options_);
  const auto credential = robot("pass:word");
  const auto key = poll_key(reference("1"), credential.identity);
  TimePoint now = clock_.now();
  poller.set_followed({{reference("1"), credential, minutes(5)}}, now);
  EXPECT_EQ(poll(poller, now), std::vector{key});
  EXPECT_EQ(transport_->lines,
            (std::vector<std::string>{"HEAD 401", "HEAD 200", "GET 200", "GET 200"}));
  EXPECT_EQ(poller.find(key)->confirmed->digest, digest);
  poll(poller, *poller.next_due(now));
  EXPECT_EQ(transport_->lines, std::vector<std::string>{"HEAD 304"});
}

TEST_F(RealRegistry, IsMissedWhileItIsDownAndFoundAgain) {
  start();
  const auto digest = push("1", "2026-11-22T23:30:00Z");
  Poller poller(options_);
  const auto key = poll_key(reference("1"), "");
  TimePoint now = clock_.now();
  poller.set_followed({{reference("1"), {}, minutes(5)}}, now);
  poll(poller, now);
  process_->end();
  now = *poller.next_due(now);
  EXPECT_EQ(poll(poller, now), std::vector{key});
  EXPECT_EQ(poller.find(key)->confirmed->digest, digest);
  EXPECT_NE(poller.find(key)->last_error.find(host_), std::string::npos)
      << poller.find(key)->last_error;
  start();
  now = *poller.next_due(now);
  EXPECT_EQ(poll(poller, now), std::vector{key});
  EXPECT_EQ(poller.find(key)->last_error, "");
}

TEST_F(RealRegistry, IsNotSpokenToOverPlainHttpUnlessOptedIn) {
  start();
  push("1", "2026-11-22T23:30:00Z");
  options_.plain_http.clear();
  const auto failure = std::get<RegistryFailure>(resolve("1"));
  EXPECT_EQ(failure.kind, RegistryFailureKind::kUnreachable) << failure.message;
}

}  // namespace
}  // namespace freshet
