// Webhooks to checks, on virtual time: who is heard, how soon, and how little many of them cost.
#include "controller/runtime/webhooks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/mac.h"
#include "tests/controller/runtime/tag_watch_bed.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/token_signer.h"

namespace freshet {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kHookSecret = "s3cret-canary-s3cret";

class WebhooksTest : public TagWatchBed {
 protected:
  WebhooksTest() {
    write_secret(kHookSecret);
    image_.reference = *parse_image_reference("quick.io/acme/app:1");
    tags_.follow({"shop", "checkout"}, {image_}, hours(1));
    run_for(seconds(5));
    checks_ = 0;
  }

  std::string secret_file() const { return folder_ / "secret"; }
  void write_secret(const std::string& text) { folder_.write("secret", text); }
  DelayedExchanges::Answer answer(const HttpRequest&) override {
    ++checks_;
    last_check_ = clock_.now();
    return {HttpResponse{404, {}, ""}, milliseconds(20)};
  }
  void run_for(Duration time) { run_until(clock_.now() + time); }
  std::string body(int build) const {
    return R"({"image":"quick.io/acme/app:1","id":")" + std::to_string(build) + R"("})";
  }
  int send(const std::string& text, const std::string& secret = kHookSecret,
           const std::string& path = "/hooks/ci") {
    return webhooks_.receive(
        path, {{"X-Freshet-Signature", "sha256=" + hmac_hex(MacHash::kSha256, secret, text)}},
        text);
  }
  std::string metrics() { return metrics_.render(clock_.now()); }
  std::string counted(const std::string& outcome, const std::string& receiver = "ci") {
    const std::string name = "freshet_webhook_requests_total{outcome=\"" + outcome +
                             "\",receiver=\"" + receiver + "\"} ";
    const std::string text = metrics();
    const auto at = text.find(name);
    return at == text.npos ? "0"
                           : text.substr(at + name.size(), text.find('\n', at) - at - name.size());
  }

  TemporaryFolder folder_;
  bool acts_ = true;
  int checks_ = 0;
  TimePoint last_check_{};
  FollowedImage image_{ContainerName("app"), ImageReference{}, std::nullopt, 0, ""};
  std::vector<std::string> lines_;
  TokenSigner signer_{"key-1"};
  int keys_asked_ = 0;
  LocalTransport issuer_{[this](const HttpRequest&) -> Result<HttpResponse> {
    ++keys_asked_;
    return HttpResponse{200, {}, signer_.key_set()};
  }};
  Webhooks webhooks_{
      {{"ci", WebhookSource::kGeneric, secret_file(), ""},
       {"hub", WebhookSource::kDockerHub, secret_file(), ""},
       {"actions", WebhookSource::kGeneric, "", "",
        OidcSender{.audience = "freshet", .subject = "repo:acme/app"}}},
      issuer_,
      clock_,
      metrics_,
      [this](const LogLine& line) { lines_.push_back(format_log_line(line, LogFormat::kText)); },
      [this](const ImageReference& pushed) { return tags_.hint(pushed); },
      [this] { return acts_; }};
};

TEST_F(WebhooksTest, AGenuineOneLeadsToACheckWithinATenthOfASecond) {
  const TimePoint pushed = clock_.now();
  EXPECT_EQ(send(body(1)), 202);
  run_for(milliseconds(100));
  EXPECT_EQ(checks_, 1);
  EXPECT_LE(last_check_ - pushed, milliseconds(100));
  EXPECT_EQ(send(body(1)), 200) << "a delivery that came before";
  run_for(seconds(10));
  EXPECT_EQ(checks_, 1);
  EXPECT_EQ(counted("accepted"), "1");
  EXPECT_EQ(counted("repeated"), "1");
}

TEST_F(WebhooksTest, WhileAnotherReplicaActsAGenuineOneIsToBeSentAgain) {
  acts_ = false;
  EXPECT_EQ(send(body(1)), 503);
  EXPECT_EQ(send(body(1), "a-guess-that-is-wrong"), 401);
  acts_ = true;
  EXPECT_EQ(send(body(1)), 202) << "the same delivery";
  EXPECT_EQ(counted("standby"), "1");
}

TEST_F(WebhooksTest, AnIdTokenDoesInsteadOfASecret) {
  const auto post = [&](const std::string& token) {
    return webhooks_.receive("/hooks/actions", {{"Authorization", "Bearer " + token}}, body(1));
  };
  const auto claims = [&](const std::string& subject) {
    return R"({"iss":"https://accounts.google.com","aud":"freshet","sub":")" + subject +
           R"(","exp":)" + std::to_string(to_unix_seconds(clock_.now()) + 600) + "}";
  };
  EXPECT_EQ(post("no token"), 401);
  EXPECT_EQ(keys_asked_, 0) << "an issuer is not asked for what is no token";
  EXPECT_EQ(post(signer_.token(claims("repo:acme/app"))), 202);
  run_for(milliseconds(100));
  EXPECT_EQ(checks_, 1);
  EXPECT_EQ(post(signer_.token(claims("repo:evil/app"))), 401);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(post(TokenSigner::url_form(R"({"alg":"RS256","kid":")" + std::to_string(i) + "\"}") +
                   ".e30.e30"),
              401);
  }
  EXPECT_EQ(keys_asked_, 1);
  clock_.advance(kWebhookRefusalSpacing);
  EXPECT_EQ(post(signer_.token(claims("repo:evil/app"))), 401);
  EXPECT_THAT(lines_.back(), HasSubstr("not \\\"repo:acme/app\\\""));
}

TEST_F(WebhooksTest, TenThousandForgedOnesLeadToNoCheck) {
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_EQ(send(body(i), "a-guess-that-is-wrong"), 401);
    if (i % 100 == 0) run_for(milliseconds(50));
  }
  run_for(seconds(10));
  EXPECT_EQ(checks_, 0);
  EXPECT_EQ(counted("unauthorized"), "10000");
  EXPECT_LE(lines_.size(), 3u) << "five seconds: a line each ten";
}

TEST_F(WebhooksTest, TenThousandGenuineOnesLeadToNoMoreChecksThanAreAllowed) {
  const TimePoint start = clock_.now();
  for (int i = 0; i < 10'000; ++i) {
    const int status = send(body(i));
    EXPECT_TRUE(status == 202 || status == 429) << status;
    run_for(milliseconds(2));
  }
  run_for(seconds(5));
  const auto allowed = (clock_.now() - start) / (kHintSpacing + milliseconds(20)) + 1;
  EXPECT_LE(checks_, allowed);
  EXPECT_GE(checks_, 10);
  EXPECT_EQ(std::stoi(counted("accepted")) + std::stoi(counted("too_many")), 10'000);
  EXPECT_LE(std::stoi(counted("accepted")), 100 + 5 * 21);
}

TEST_F(WebhooksTest, AnUnknownReceiverAndAWrongSecretAreAnsweredAlike) {
  const std::string hub = R"({"push_data":{"tag":"1"},"repository":{"repo_name":"acme/app"}})";
  const auto post = [&](const std::string& path) { return webhooks_.receive(path, {}, hub); };
  EXPECT_EQ(post("/hooks/hub/" + kHookSecret), 202);
  for (const std::string path :
       {"/hooks/hub", "/hooks/hub/", "/hooks/hub/wrong", "/hooks/nobody", "/hooks/", "/",
        "/hooks/hub/s3cret-canary-s3cret/", "/hooks/../hooks/hub", "/metrics"}) {
    EXPECT_EQ(post(path), 401) << path;
  }
  EXPECT_EQ(counted("unauthorized", "unknown"), "5");
  EXPECT_EQ(counted("unauthorized", "hub"), "4");
}

TEST_F(WebhooksTest, ASecretIsReadAgainWhenItsFileChanges) {
  EXPECT_EQ(send(body(1)), 202);
  const std::string next = "another-secret-of-that-kind";
  write_secret(next + "\n");
  EXPECT_EQ(send(body(2), next), 401) << "not within a second";
  clock_.advance(seconds(1));
  EXPECT_EQ(send(body(2), next), 202);
  EXPECT_EQ(send(body(3)), 401);
}

TEST_F(WebhooksTest, WithoutASecretNobodyIsHeard) {
  EXPECT_TRUE(webhooks_.check_secrets().has_value());
  clock_.advance(seconds(1));
  write_secret("short");
  const Status refused = webhooks_.check_secrets();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().message,
            "webhook receiver ci: " + secret_file() + " holds 5 bytes; allowed: at least 16");
  EXPECT_EQ(send(body(1), "short"), 401);
  EXPECT_THAT(lines_.back(), HasSubstr("allowed: at least 16"));
}

TEST_F(WebhooksTest, NoSecretIsInAnyOutput) {
  send("no json");
  send(body(1), "wrong-secret-canary");
  webhooks_.receive("/hooks/hub/" + kHookSecret, {{"Authorization", kHookSecret}}, "[]");
  webhooks_.receive("/hooks/nobody/" + kHookSecret, {}, "{}");
  EXPECT_EQ(lines_.size(), 3u);
  for (const std::string& line : lines_) EXPECT_THAT(line, Not(HasSubstr("canary")));
  EXPECT_THAT(metrics(), Not(HasSubstr("canary")));
}

TEST_F(WebhooksTest, AFileOfReceiversTellsAllThatIsWrongWithIt) {
  const std::string path =
      folder_.write("receivers.yaml", "receivers:\n- {name: a, source: Hub}\n");
  const auto receivers = read_webhook_receivers(path);
  ASSERT_FALSE(receivers.has_value());
  EXPECT_EQ(receivers.error().kind, ErrorKind::kBadInput);
  EXPECT_THAT(receivers.error().message, HasSubstr("\n  receivers[0] (line 2, column 3): "));
  EXPECT_THAT(receivers.error().message,
              HasSubstr("\n  receivers[0].source (line 2, column 21): "));
}

}  // namespace
}  // namespace freshet
