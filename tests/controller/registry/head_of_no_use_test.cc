// A registry that cannot answer HEAD: what is asked instead, and for how long that is remembered.
#include <gtest/gtest.h>

#include "controller/registry/check.h"
#include "tests/controller/registry/fixture.h"

namespace freshet {
namespace {

using namespace fixture;

const Document kHeadless = manifest_of(config());

TEST(HeadOfNoUse, IsRemembered) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl, make_response(405));
  transport.on("GET", kTagUrl, kHeadless.get());
  RegistryMemory memory;
  const auto run = [&](TimePoint now) {
    TagCheck check(access_to_app(now), ImageTag("1"), {}, memory, now);
    for (;;) {
      auto next = check.next_request(memory, now);
      if (std::holds_alternative<CheckOutcome>(next)) return;
      check.fold(transport.send(std::get<HttpRequest>(next)), memory, now);
    }
  };
  run(kNow);
  run(kNow + minutes(59));
  EXPECT_EQ(transport.lines(),
            (std::vector<std::string>{"HEAD " + kTagUrl, "GET " + kTagUrl, "GET " + kTagUrl}));
  run(kNow + hours(1));
  EXPECT_EQ(transport.lines()[3], "HEAD " + kTagUrl);
}

TEST(HeadOfNoUse, IsRememberedWhereTheTagHasNotMoved) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl, make_response(405));
  transport.on("GET", kTagUrl, make_response(304));
  RegistryMemory memory;
  for (const TimePoint now : {kNow, kNow + minutes(1)}) {
    TagCheck check(access_to_app(now), ImageTag("1"), {"\"e\"", kHeadless.digest()}, memory, now);
    for (;;) {
      auto next = check.next_request(memory, now);
      if (const auto* outcome = std::get_if<CheckOutcome>(&next)) {
        EXPECT_TRUE(std::holds_alternative<Unchanged>(*outcome));
        break;
      }
      check.fold(transport.send(std::get<HttpRequest>(next)), memory, now);
    }
  }
  EXPECT_EQ(transport.lines(),
            (std::vector<std::string>{"HEAD " + kTagUrl, "GET " + kTagUrl, "GET " + kTagUrl}));
}

// As of ECR, which names no digest in its answers.
TEST(HeadOfNoUse, TheBytesTellWhereNoAnswerNamesADigest) {
  ScriptedTransport transport;
  const HttpHeaders headers = {{"Content-Type", kHeadless.type}};
  transport.on("HEAD", kTagUrl, make_response(200, headers));
  transport.on("GET", kTagUrl, make_response(200, headers, kHeadless.body));
  EXPECT_EQ(check(transport), CheckOutcome(Found{kHeadless.digest(), kHeadless.type, ""}));
  EXPECT_EQ(transport.lines(), (std::vector<std::string>{"HEAD " + kTagUrl, "GET " + kTagUrl}));
  const HttpHeaders asked = {{"Accept", accept_manifests()}, {"Accept-Encoding", "identity"}};
  for (const HttpRequest& request : transport.requests()) EXPECT_EQ(request.headers, asked);
}

}  // namespace
}  // namespace freshet
