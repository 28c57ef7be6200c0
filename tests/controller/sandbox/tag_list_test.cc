// The sandbox's registry gives a tag list page by page, as the poller reads it.
#include "controller/registry/tag_list.h"

#include <gtest/gtest.h>

#include "controller/sandbox/registry.h"

namespace freshet::sandbox {
namespace {

const TimePoint kNow = *parse_rfc3339("2026-11-23T02:00:00Z");

TEST(SandboxRegistry, GivesItsTagsPageByPage) {
  ImageRegistry registry;
  registry.ask_for_token();
  std::vector<ImageTag> pushed;
  for (const char* tag : {"1.4.1", "1.4.10", "1.4.9", "1.5.0", "latest"}) {
    registry.push("acme/app", tag, {}, kNow);
    pushed.emplace_back(tag);
  }
  const auto list = [&](int page_size, const std::string& repository) {
    RegistryMemory memory;
    TagList tags({*parse_url("https://r.io"),
                  repository,
                  {},
                  std::make_shared<const RegistryOptions>(),
                  seconds(60),
                  kNow + seconds(60)},
                 page_size);
    for (int requests = 0;; ++requests) {
      auto next = tags.next_request(memory, kNow);
      if (auto* outcome = std::get_if<TagListOutcome>(&next)) return std::pair(*outcome, requests);
      const auto& request = std::get<HttpRequest>(next);
      tags.fold(registry.handle(request, "https://r.io", parse_url(request.url)->target, kNow),
                memory, kNow);
    }
  };
  constexpr int kChallengeAndToken = 2;
  EXPECT_EQ(list(2, "acme/app"), std::pair(TagListOutcome(pushed), kChallengeAndToken + 3));
  EXPECT_EQ(list(5, "acme/app"), std::pair(TagListOutcome(pushed), kChallengeAndToken + 1));
  EXPECT_TRUE(std::holds_alternative<NotFound>(list(2, "acme/other").first));
}

}  // namespace
}  // namespace freshet::sandbox
