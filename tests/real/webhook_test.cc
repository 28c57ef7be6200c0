// Debian's docker-registry tells our webhook server what happens in it: skopeo's pushes are hints,
// what we ask ourselves is none.
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "controller/runtime/webhooks.h"
#include "controller/server/webhook_server.h"
#include "tests/real/real_registry.h"

namespace freshet {
namespace {

constexpr std::chrono::seconds kLongestDelivery{20};
const std::string kOwnSecret = "s3cret-canary-s3cret";

class RealWebhooks : public RealRegistry {
 protected:
  void SetUp() override {
    RealRegistry::SetUp();
    ASSERT_TRUE(write_file(directory_ / "secret", kOwnSecret).has_value());
    webhooks_ = std::make_unique<Webhooks>(
        std::vector<WebhookReceiver>{
            {"own", WebhookSource::kDistribution, directory_ / "secret", ""}},
        *curl_, clock_, metrics_, [](const LogLine&) {},
        [this](const ImageReference& pushed) {
          const std::lock_guard lock(mutex_);
          hints_.push_back(to_string(pushed));
          heard_.notify_all();
          return true;
        });
    auto server = start_webhook_server(
        "127.0.0.1:0", clock_,
        {[this](const std::string& path, HttpHeaders headers, std::string body) {
           {
             const std::lock_guard lock(mutex_);
             told_.push_back(body);
           }
           return webhooks_->receive(path, std::move(headers), std::move(body));
         },
         [this](const std::string& why) { webhooks_->refused(why); }, kMaxWebhookBytes});
    ASSERT_TRUE(server.has_value()) << server.error().message;
    server_ = *std::move(server);
  }
  void TearDown() override { process_.reset(); }

  void tell_us(const std::string& secret) {
    more_settings_ = "notifications: {endpoints: [{name: us, url: 'http://127.0.0.1:" +
                     std::to_string(server_->port()) +
                     "/hooks/own', headers: {Authorization: ['Bearer " + secret +
                     "']}, timeout: 2s, threshold: 5, backoff: 1s}]}\n";
  }
  std::vector<std::string> hints(std::size_t count) {
    std::unique_lock lock(mutex_);
    heard_.wait_for(lock, kLongestDelivery, [&] { return hints_.size() >= count; });
    return hints_;
  }
  // Events of manifests that were pulled, of all that was told up to now.
  int manifest_pulls() {
    const std::lock_guard lock(mutex_);
    int pulls = 0;
    for (const std::string& body : told_) {
      const auto envelope = parse_json(body);
      for (const Json& event : at_path(*envelope, {"events"})) {
        const std::string type = string_or(at_path(event, {"target"}), "mediaType");
        pulls += string_or(event, "action") == "pull" && type.find("manifest") != type.npos;
      }
    }
    return pulls;
  }
  bool has_counted(const std::string& outcome) {
    return metrics_.render(clock_.now()).find("{outcome=\"" + outcome + "\",receiver=\"own\"}") !=
           std::string::npos;
  }

  Metrics metrics_;
  std::mutex mutex_;
  std::condition_variable heard_;
  std::vector<std::string> hints_;
  std::vector<std::string> told_;  // bodies
  std::unique_ptr<Webhooks> webhooks_;
  std::unique_ptr<WebhookServer> server_;
};

// The registry tells one event after another, so what comes before a later push was told before.
TEST_F(RealWebhooks, APushIsAHintAndOurOwnQuestionsAreNone) {
  tell_us(kOwnSecret);
  start();
  push("1", "2026-11-22T23:30:00Z");
  EXPECT_EQ(hints(1), std::vector<std::string>{to_string(reference("1"))});

  Poller poller(options_);
  TimePoint now = clock_.now();
  poller.set_followed({{reference("1"), {}, minutes(5)}}, now);
  poll(poller, now);
  EXPECT_EQ(transport_->lines, (std::vector<std::string>{"HEAD 200", "GET 200", "GET 200"}));
  now = *poller.next_due(now);
  poll(poller, now);
  EXPECT_EQ(transport_->lines, std::vector<std::string>{"HEAD 304"});

  push("2", "2026-11-23T23:30:00Z");
  EXPECT_EQ(hints(2),
            (std::vector<std::string>{to_string(reference("1")), to_string(reference("2"))}));
  EXPECT_TRUE(has_counted("nothing")) << "layers and pulls are told as well";
  EXPECT_FALSE(has_counted("malformed"));
  EXPECT_FALSE(has_counted("unauthorized"));
}

TEST_F(RealWebhooks, ASteadyTagIsNeverPulled) {
  tell_us(kOwnSecret);
  start();
  push("1", "2026-11-22T23:30:00Z");
  Poller poller(options_);
  TimePoint now = clock_.now();
  poller.set_followed({{reference("1"), {}, minutes(5)}}, now);
  poll(poller, now);
  push("2", "2026-11-23T23:30:00Z");
  ASSERT_EQ(hints(2).size(), 2u);
  const int confirmed = manifest_pulls();
  EXPECT_GT(confirmed, 0) << "a new digest is read once";
  for (int check = 0; check < 20; ++check) {
    now = *poller.next_due(now);
    poll(poller, now);
    EXPECT_EQ(transport_->lines, std::vector<std::string>{"HEAD 304"});
  }
  push("3", "2026-11-24T23:30:00Z");
  ASSERT_EQ(hints(3).size(), 3u);
  EXPECT_EQ(manifest_pulls(), confirmed);
}

TEST_F(RealWebhooks, AHintBringsTheCheckOfAMovedTagForward) {
  tell_us(kOwnSecret);
  start();
  push("1", "2026-11-22T23:30:00Z");
  hints(1);
  Poller poller(options_);
  const auto key = poll_key(reference("1"), "");
  TimePoint now = clock_.now();
  poller.set_followed({{reference("1"), {}, hours(24)}}, now);
  poll(poller, now);
  const auto moved = push("1", "2026-11-23T23:30:00Z");
  ASSERT_EQ(hints(2).size(), 2u);
  poller.hint(*parse_image_reference(hints_.back()), now);
  now = *poller.next_due(now);
  EXPECT_EQ(poll(poller, now), std::vector{key});
  EXPECT_EQ(poller.find(key)->confirmed->digest, moved);
  EXPECT_LE(now - *poller.find(key)->first_seen, Duration::zero());
}

}  // namespace
}  // namespace freshet
