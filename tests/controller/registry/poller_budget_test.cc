// What budgets make of the poller's schedule: as registries say, and as operators allow.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/controller/registry/fixture.h"
#include "tests/support/run_checks.h"

namespace freshet {
namespace {

using fixture::kNow;

// That many tags of r.io, whose registry answers each with 404 and these headers.
std::vector<Followed> tags_answering(ScriptedTransport& transport, int tags,
                                     const HttpHeaders& headers) {
  std::vector<Followed> followed;
  for (int i = 0; i < tags; ++i) {
    const std::string tag = std::to_string(i);
    followed.push_back({*parse_image_reference("r.io/acme/app:" + tag), {}, minutes(1)});
    transport.on("HEAD", "https://r.io/v2/acme/app/manifests/" + tag, make_response(404, headers));
  }
  return followed;
}

TEST(PollerBudget, ChecksAreSparserWhileTheRegistrySaysThatLittleIsLeft) {
  ScriptedTransport transport;
  Poller poller{RegistryOptions{}};
  TimePoint now = kNow;
  const auto little = tags_answering(
      transport, 10, {{"RateLimit-Limit", "100;w=3600"}, {"RateLimit-Remaining", "12;w=3600"}});
  poller.set_followed(little, now);
  run_checks(poller, transport, now);
  transport.forget_requests();
  for (; now < kNow + hours(1); now = poller.next_due(now).value()) {
    run_checks(poller, transport, now);
  }
  EXPECT_GE(transport.requests().size(), 5u);  // half of 12, spread; 600 were due
  EXPECT_LE(transport.requests().size(), 8u);
}

TEST(PollerBudget, AnOperatorMayAllowMoreRequestsASecond) {
  ScriptedTransport transport;
  RegistryOptions options;
  options.requests_per_second = {{"r.io", 200}};
  Poller poller(options);
  poller.set_followed(tags_answering(transport, 500, {}), kNow);
  EXPECT_EQ(run_checks(poller, transport, kNow).size(), 400u);
}

}  // namespace
}  // namespace freshet
