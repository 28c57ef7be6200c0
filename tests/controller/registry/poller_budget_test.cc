// What budgets make of the poller's schedule: as registries say, and as operators allow.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
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

TEST(PollerBudget, WhatOneCredentialHasUsedUpIsLeftToAnother) {
  ScriptedTransport transport;
  const std::string url = "https://r.io/v2/acme/app/manifests/";
  transport.on("HEAD", url + "1", make_response(429, {{"Retry-After", "600"}}));
  transport.on("HEAD", url + "2", make_response(404));
  transport.on("HEAD", url + "3", make_response(404));
  const auto tag = [](const std::string& name) {
    return *parse_image_reference("r.io/acme/app:" + name);
  };
  Poller poller{RegistryOptions{}};
  poller.set_followed({{tag("1"), {}, hours(24)},
                       {tag("2"), fixture::password(), hours(24)},
                       {tag("3"), {}, hours(24)}},
                      kNow);
  run_checks(poller, transport, kNow);
  EXPECT_EQ(transport.requests().size(), 3u);
  transport.forget_requests();
  for (const char* name : {"1", "2", "3"}) poller.hint(tag(name), kNow);
  run_checks(poller, transport, kNow + kHintSpacing);
  EXPECT_EQ(transport.lines(), std::vector<std::string>{"HEAD " + url + "2"});
  transport.forget_requests();
  run_checks(poller, transport, kNow + seconds(600));
  EXPECT_EQ(transport.lines(),
            (std::vector<std::string>{"HEAD " + url + "3", "HEAD " + url + "1"}));
}

// Answers so many requests in a second of virtual time, and the rest with 429: one image, in every
// repository, under one version.
class BusyRegistry final : public HttpTransport {
 public:
  explicit BusyRegistry(const TimePoint& now) : now_(now) {}
  Result<HttpResponse> send(const HttpRequest& request) override {
    const auto second = std::chrono::floor<seconds>(now_);
    if (std::exchange(second_, second) != second) answered_ = 0;
    if (++answered_ > kAnsweredASecond) {
      ++refused;
      return make_response(429, {{"Retry-After", "1"}});
    }
    if (request.url.find("/tags/list") != std::string::npos) {
      return make_response(200, {}, R"({"tags":["1.0.0"]})");
    }
    if (request.url.find("/blobs/") != std::string::npos) {
      return make_response(200, {}, made_.body);
    }
    return request.method == "HEAD" ? image_.head() : image_.get();
  }
  Result<HttpResponse> stream(const HttpRequest& request, const OnBytes&) override {
    return send(request);
  }
  int refused = 0;

 private:
  static constexpr int kAnsweredASecond = 5;
  const TimePoint& now_;
  TimePoint second_{};
  int answered_ = 0;
  fixture::Document made_ = fixture::config();
  fixture::Document image_ = fixture::manifest_of(made_);
};

// wud #1136: 51 lists at once, nine of ten refused, and none came through.
TEST(PollerBudget, PoliciesOfManyRepositoriesComeThroughWhereFewRequestsAreAnswered) {
  constexpr int kRepositories = 51;
  TimePoint now = kNow;
  BusyRegistry registry(now);
  std::vector<Followed> followed;
  for (int i = 0; i < kRepositories; ++i) {
    followed.push_back({*parse_image_reference("r.io/acme/app" + std::to_string(i)),
                        {},
                        minutes(5),
                        FollowSpec{"~1.0", "", {}}});
  }
  Poller poller{RegistryOptions{}};
  poller.set_followed(followed, now);
  for (; now < kNow + minutes(30); now = std::max(now + milliseconds(1), *poller.next_due(now))) {
    run_checks(poller, registry, now);
  }
  int chosen = 0;
  for (const auto& [key, seen] : poller.observations()) {
    chosen += seen.chosen == ImageTag("1.0.0") && seen.confirmed ? 1 : 0;
  }
  EXPECT_EQ(chosen, kRepositories);
  EXPECT_LE(registry.refused, kRepositories / 2) << "of some two hundred: it is learned";
}

TEST(PollerBudget, CountsRequestsAndNotChecks) {
  ScriptedTransport transport;
  std::vector<Followed> followed;
  for (int i = 0; i < 40; ++i) {
    const std::string tag = std::to_string(i);
    const auto made = fixture::config(format_rfc3339(kNow - minutes(i)));
    const auto image = fixture::manifest_of(made);
    transport.on("HEAD", "https://r.io/v2/acme/app/manifests/" + tag, image.head());
    transport.on("GET", image.by_digest(), image.get());
    transport.on("GET", made.as_blob(), make_response(200, {}, made.body));
    followed.push_back({*parse_image_reference("r.io/acme/app:" + tag), {}, minutes(5)});
  }
  Poller poller{RegistryOptions{}};
  poller.set_followed(followed, kNow);
  const std::size_t changed = run_checks(poller, transport, kNow).size();
  EXPECT_EQ(transport.requests().size(), 3 * changed);
  EXPECT_GE(transport.requests().size(), static_cast<std::size_t>(kRequestBurst));
  EXPECT_LE(transport.requests().size(),
            static_cast<std::size_t>(kRequestBurst) + 2 * kMaxInFlightPerRegistry);
}

}  // namespace
}  // namespace freshet
