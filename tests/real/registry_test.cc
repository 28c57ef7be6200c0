// The registry room against Debian's docker-registry.
#include "controller/registry/tag_list.h"
#include "tests/real/real_registry.h"

namespace freshet {
namespace {

Confirmed amd64_image(const Digest& digest, const std::string& created) {
  return {digest,
          std::string(kOciManifest),
          {{"linux", "amd64", ""}},
          parse_rfc3339(created).value(),
          false,
          0};  // umoci's new image has no layer
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

class RealLists : public RealRegistry {
 protected:
  // acme/app:multi becomes a list of that one image, which was made at `created`.
  void put_list(std::string_view type, std::string_view type_of_child, const Digest& child,
                const std::string& created) {
    HttpRequest put;
    put.method = "PUT";
    put.url = "http://" + host_ + "/v2/acme/app/manifests/multi";
    put.headers = {{"Content-Type", std::string(type)}};
    put.body = R"({"schemaVersion":2,"mediaType":")" + std::string(type) +
               R"(","manifests":[{"mediaType":")" + std::string(type_of_child) +
               R"(","size":192,"digest":")" + child.get() +
               R"(","platform":{"os":"linux","architecture":"amd64"}}]})";
    ASSERT_EQ(curl_->send(put)->status, 201);
    want_ = amd64_image(*Digest::parse("sha256:" + sha256_hex(put.body)), created);
    want_->media_type = type;
  }
  // The same in Docker's own formats, with a child just pushed.
  void put_docker_list(const std::string& created) {
    child_ = push("1", created, {"--dest-no-creds", "--format", "v2s2"});
    put_list(kDockerList, kDockerManifest, *child_, created);
  }
  void expect_resolved() {
    const auto image = resolve("multi");
    ASSERT_TRUE(std::holds_alternative<Confirmed>(image))
        << std::get<RegistryFailure>(image).message;
    EXPECT_EQ(std::get<Confirmed>(image), want_);
  }
  std::optional<Digest> child_;
  std::optional<Confirmed> want_;
};

TEST_F(RealLists, AnIndexIsLookedIntoForADate) {
  start();
  const std::string created = "2026-11-22T23:30:00Z";
  put_list(kOciIndex, kOciManifest, push("1", created), created);
  expect_resolved();
}

TEST_F(RealLists, OneOfDockersIsWhatItsTagNames) {
  start();
  put_docker_list("2026-11-22T23:30:00Z");
  expect_resolved();
  // Why all types are asked for: who does not take a list is given another digest of the same tag.
  HttpRequest get;
  get.url = "http://" + host_ + "/v2/acme/app/manifests/multi";
  get.headers = {{"Accept", std::string(kDockerManifest)}};
  const auto reply = curl_->send(get);
  ASSERT_TRUE(reply.has_value()) << reply.error().message;
  EXPECT_EQ(reply->status, 200) << reply->body;
  EXPECT_EQ(find_header(reply->headers, "Docker-Content-Digest"), child_->get());
}

TEST_F(RealLists, ASteadyOneCostsOneConditionalHeadAndAMoveIsSeen) {
  start();
  put_docker_list("2026-11-22T23:30:00Z");
  Poller poller(options_);
  const auto key = poll_key(reference("multi"), "");
  TimePoint now = clock_.now();
  poller.set_followed({{reference("multi"), {}, minutes(5)}}, now);
  EXPECT_EQ(poll(poller, now), std::vector{key});
  EXPECT_EQ(poller.find(key)->confirmed, want_);
  now = *poller.next_due(now);
  EXPECT_EQ(poll(poller, now), std::vector<PollKey>{});
  EXPECT_EQ(transport_->lines, std::vector<std::string>{"HEAD 304"});
  put_docker_list("2026-11-23T23:30:00Z");
  ASSERT_NE(poller.find(key)->confirmed->digest, want_->digest);
  now = *poller.next_due(now);
  EXPECT_EQ(poll(poller, now), std::vector{key});
  EXPECT_EQ(poller.find(key)->confirmed, want_);
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

// This registry (2.8.2) gives the whole list, however few are asked for; the sandbox gives pages.
TEST_F(RealRegistry, ListsItsTags) {
  start();
  std::vector<ImageTag> pushed;
  for (const char* tag : {"1.4.1", "1.4.10", "1.4.9", "1.5.0", "latest"}) {
    push(tag, "2026-11-22T23:30:00Z");
    pushed.emplace_back(tag);
  }
  const auto list = [&](int page_size) {
    transport_->lines.clear();
    RegistryMemory memory;
    TagList tags({*api_origin(reference("1"), options_),
                  "acme/app",
                  {},
                  std::make_shared<const RegistryOptions>(options_),
                  seconds(60),
                  clock_.now() + seconds(60)},
                 page_size);
    for (;;) {
      auto next = tags.next_request(memory, clock_.now());
      if (auto* outcome = std::get_if<TagListOutcome>(&next)) return *outcome;
      tags.fold(transport_->send(std::get<HttpRequest>(next)), memory, clock_.now());
    }
  };
  EXPECT_EQ(list(2), TagListOutcome(pushed));
  EXPECT_EQ(list(1000), TagListOutcome(pushed));
  EXPECT_EQ(transport_->lines, std::vector<std::string>{"GET 200"});
}

TEST_F(RealRegistry, ANewTagOfAPolicyIsFollowed) {
  start();
  push("1.4.9", "2026-11-22T23:30:00Z");
  push("1.5.0", "2026-11-22T23:30:00Z");
  Poller poller(options_);
  const FollowSpec policy{"~1.4", "", {}};
  const auto key = poll_key(reference("1"), "", policy);
  TimePoint now = clock_.now();
  poller.set_followed({{reference("1"), {}, minutes(5), policy}}, now);
  EXPECT_EQ(poll(poller, now), std::vector{key});
  EXPECT_EQ(poller.find(key)->chosen, ImageTag("1.4.9"));
  const auto newer = push("1.4.10", "2026-11-23T23:30:00Z");
  now = *poller.next_due(now);
  EXPECT_EQ(poll(poller, now), std::vector{key});
  EXPECT_EQ(poller.find(key)->chosen, ImageTag("1.4.10"));
  EXPECT_EQ(poller.find(key)->confirmed, amd64_image(newer, "2026-11-23T23:30:00Z"));
  now = *poller.next_due(now);
  EXPECT_EQ(poll(poller, now), std::vector<PollKey>{});
  EXPECT_EQ(transport_->lines, (std::vector<std::string>{"GET 200", "HEAD 304"}));
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
