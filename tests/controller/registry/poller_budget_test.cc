// What budgets make of the poller's schedule: as registries say, and as operators allow.
#include <gtest/gtest.h>

#include <chrono>
#include <map>
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

// Docker Hub with little left of its pulls: each of so many repositories wants a token of its own.
class ShortHub : public ::testing::Test {
 protected:
  static constexpr int kTags = 20;

  void SetUp() override {
    const HttpHeaders little = {{"RateLimit-Limit", "100;w=21600"},
                                {"RateLimit-Remaining", "10;w=21600"}};
    transport_.on("GET", "https://auth.docker.io/token",
                  make_response(200, {}, R"({"token":"t","expires_in":300})"));
    for (int i = 0; i < kTags; ++i) {
      const auto made = fixture::config(format_rfc3339(kNow - minutes(i)));
      const auto image = fixture::manifest_of(made);
      HttpResponse head = image.head();
      head.headers.insert(head.headers.end(), little.begin(), little.end());
      const std::string repository = "https://registry-1.docker.io/v2/acme/app" + std::to_string(i);
      const std::string challenge = R"(Bearer realm="https://auth.docker.io/token")";
      transport_.on("HEAD", repository + "/manifests/1",
                    make_response(401, {{"WWW-Authenticate", challenge}}));
      transport_.on("HEAD", repository + "/manifests/1", head);
      transport_.on("GET", repository + "/manifests/" + image.digest().get(), image.get());
      transport_.on("GET", repository + "/blobs/" + made.digest().get(),
                    make_response(200, {}, made.body));
      followed_.push_back({tag(i), {}, minutes(5)});
    }
    poller_.set_followed(followed_, now_);
  }
  static ImageReference tag(int i) {
    return *parse_image_reference("docker.io/acme/app" + std::to_string(i) + ":1");
  }
  // What has an answer of 200 is asked twice at first.
  std::map<std::string, int> asked_until(TimePoint end) {
    transport_.forget_requests();
    while (now_ < end) {
      run_checks(poller_, transport_, now_);
      now_ = std::max(now_ + milliseconds(1), poller_.next_due(now_).value());
    }
    std::map<std::string, int> asked;
    for (const std::string& line : transport_.lines()) ++asked[line.substr(0, line.find('?'))];
    return asked;
  }

  ScriptedTransport transport_;
  Poller poller_{RegistryOptions{}};
  TimePoint now_ = kNow;
  std::vector<Followed> followed_;
};

TEST_F(ShortHub, AsksEveryTagInTimeAndReadsFewManifests) {
  int heads = 0;
  int reads = 0;
  for (const auto& [line, times] : asked_until(kNow + minutes(15))) {
    if (line.starts_with("HEAD")) {
      ++heads;
      EXPECT_GE(times, 3) << line;  // challenged once, then twice
    }
    if (line.starts_with("GET") && line.find("/manifests/") != std::string::npos) reads += times;
  }
  EXPECT_EQ(heads, kTags);
  EXPECT_GE(reads, 1);
  EXPECT_LE(reads, 2) << "of those that nodes need";
  int told = 0;
  for (const auto& [key, seen] : poller_.observations()) {
    const std::string why = "docker.io tells that 10 of 100 pulls are left for 6h: ";
    EXPECT_TRUE(seen.confirmed || seen.last_error.starts_with(why)) << seen.last_error;
    told += seen.confirmed ? 0 : 1;
  }
  EXPECT_EQ(told, kTags - reads);
}

TEST_F(ShortHub, AsksAtOnceWhatWasHinted) {
  asked_until(kNow + minutes(1));
  poller_.hint(tag(7), now_);
  const std::string line = "HEAD https://registry-1.docker.io/v2/acme/app7/manifests/1";
  EXPECT_EQ(asked_until(now_ + seconds(2)).count(line), 1u);
}

// A check every ten minutes is left, and others have waited for longer.
TEST(PollerBudget, WhatWasHintedGoesBeforeWhatIsOverdueInTurns) {
  ScriptedTransport transport;
  Poller poller{RegistryOptions{}};
  TimePoint now = kNow;
  poller.set_followed(
      tags_answering(transport, 10,
                     {{"RateLimit-Limit", "100;w=21600"}, {"RateLimit-Remaining", "1;w=21600"}}),
      now);
  run_checks(poller, transport, now);
  now += minutes(5);
  std::vector<bool> asked;
  for (int i = 0; i < 4; ++i) {
    poller.hint(*parse_image_reference("r.io/acme/app:3"), now);
    now = poller.next_due(now).value();
    transport.forget_requests();
    run_checks(poller, transport, now);
    asked.push_back(transport.lines().at(0).ends_with("/3"));
  }
  EXPECT_EQ(asked, (std::vector{true, false, true, false}));
}

TEST(PollerBudget, TokensComeOutOfNoBudget) {
  ScriptedTransport transport;
  std::vector<Followed> followed;
  transport.on("GET", "https://auth.r.io/token",
               make_response(200, {}, R"({"token":"t","expires_in":300})"));
  for (int i = 0; i < 20; ++i) {
    const std::string name = "acme/app" + std::to_string(i);
    const std::string url = "https://r.io/v2/" + name + "/manifests/1";
    transport.on(
        "HEAD", url,
        make_response(401, {{"WWW-Authenticate", R"(Bearer realm="https://auth.r.io/token")"}}));
    transport.on("HEAD", url, make_response(404));
    followed.push_back({*parse_image_reference("r.io/" + name + ":1"), {}, minutes(5)});
  }
  Poller poller{RegistryOptions{}};
  poller.set_followed(followed, kNow);
  EXPECT_EQ(run_checks(poller, transport, kNow).size(), 20u) << "each asks r.io twice: 40 in all";
}

}  // namespace
}  // namespace freshet
