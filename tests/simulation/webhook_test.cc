// From a webhook to a candidate, with the controller of production on virtual time.
#include <gtest/gtest.h>

#include "base/mac.h"
#include "controller/net/local_transport.h"
#include "controller/runtime/webhooks.h"
#include "tests/simulation/tracked_shop.h"
#include "tests/support/temporary_folder.h"

namespace freshet {
namespace {

const std::string kStorySecret = "s3cret-canary-s3cret";

class WebhookStory : public ::testing::Test {
 protected:
  WebhookStory() {
    shop_.adopt();
    // Just after a check: the next one is a minute away.
    shop_.cluster().run_until(shop_.cluster().now() + minutes(2));
  }

  int tell(const std::string& secret) {
    const std::string body = R"({"image":"registry.sandbox/shop/checkout:1"})";
    return webhooks_.receive(
        "/hooks/ci",
        {{"X-Freshet-Signature", "sha256=" + hmac_hex(MacHash::kSha256, secret, body)}}, body);
  }
  bool is_found_within(Duration limit) {
    return shop_.cluster().run_until([&] { return shop_.status().phase != "Idle"; }, limit);
  }

  TemporaryFolder folder_;
  TrackedShop shop_{Pace::kDefault};
  SystemClock clock_;
  LocalTransport no_issuer_{[](const HttpRequest&) -> Result<HttpResponse> {
    return HttpResponse{404, {}, ""};
  }};
  Webhooks webhooks_{
      {{"ci", WebhookSource::kGeneric, folder_.write("secret", kStorySecret), ""}},
      no_issuer_,
      clock_,
      shop_.cluster().metrics(),
      [](const LogLine&) {},
      [this](const ImageReference& pushed) { return shop_.cluster().controller().hint(pushed); }};
};

TEST_F(WebhookStory, APushThatIsToldIsACandidateAtOnce) {
  shop_.rebuild(0.002);
  EXPECT_EQ(tell(kStorySecret), 202);
  EXPECT_TRUE(is_found_within(seconds(1)));
}

TEST_F(WebhookStory, AForgedOneChangesNothing) {
  shop_.rebuild(0.002);
  EXPECT_EQ(tell("a-guess-that-is-wrong"), 401);
  EXPECT_FALSE(is_found_within(seconds(1)));
  EXPECT_TRUE(is_found_within(minutes(2))) << "the check finds it, at its turn";
}

TEST_F(WebhookStory, APushThatNeverWasChangesNothing) {
  EXPECT_EQ(tell(kStorySecret), 202);
  EXPECT_FALSE(is_found_within(minutes(5)));
}

}  // namespace
}  // namespace freshet
