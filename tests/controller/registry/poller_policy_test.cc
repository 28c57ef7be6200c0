// The poller where a policy chooses the tag.
#include <gtest/gtest.h>

#include "controller/registry/poller.h"
#include "tests/controller/registry/fixture.h"
#include "tests/support/run_checks.h"

namespace freshet {
namespace {

using namespace fixture;

TEST(PollerPolicy, IsFollowedFromOneTagToTheNext) {
  const std::string url = "https://r.io/v2/acme/app/";
  const Document made = config();
  const Document first = manifest_of(made, R"({"n":"1"})");
  const Document second = manifest_of(made, R"({"n":"2"})");
  ScriptedTransport transport;
  const auto list = [&](const std::string& tags) {
    transport.on("GET", url + "tags/list?n=1000",
                 make_response(200, {}, R"({"tags":[)" + tags + "]}"));
  };
  list(R"("1.4.1","1.5.0")");
  list(R"("1.4.1","1.5.0")");
  list(R"("1.4.1","1.4.2","1.5.0")");
  transport.on("HEAD", url + "manifests/1.4.1", first.head());
  transport.on("HEAD", url + "manifests/1.4.1", make_response(304));
  transport.on("HEAD", url + "manifests/1.4.2", second.head());
  for (const auto& image : {first, second}) transport.on("GET", image.by_digest(), image.get());
  transport.on("GET", made.as_blob(), make_response(200, {}, made.body));

  Poller poller{RegistryOptions{}};
  Followed wish{*parse_image_reference("r.io/acme/app"), {}, minutes(5)};
  wish.follow = FollowSpec{"~1.4", "", {}};
  const PollKey key = poll_key(wish.reference, "", wish.follow);
  EXPECT_EQ(key.reference, "r.io/acme/app semver ~1.4");
  TimePoint now = kNow;
  poller.set_followed({wish}, now);
  EXPECT_EQ(run_checks(poller, transport, now), std::vector{key});
  EXPECT_EQ(poller.find(key)->chosen, ImageTag("1.4.1"));
  EXPECT_EQ(poller.find(key)->confirmed->digest, first.digest());

  transport.forget_requests();
  now = poller.next_due(now).value();
  EXPECT_EQ(run_checks(poller, transport, now), std::vector<PollKey>{});
  EXPECT_EQ(transport.requests().size(), 2u) << "a list and a conditional HEAD";

  transport.forget_requests();
  now = poller.next_due(now).value();
  EXPECT_EQ(run_checks(poller, transport, now), std::vector{key});
  EXPECT_EQ(poller.find(key)->chosen, ImageTag("1.4.2"));
  EXPECT_EQ(poller.find(key)->confirmed->digest, second.digest());
  // The ETag of another tag is no condition for this one.
  EXPECT_EQ(find_header(transport.requests()[1].headers, "If-None-Match"), std::nullopt);
}

}  // namespace
}  // namespace freshet
