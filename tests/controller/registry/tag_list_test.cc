// Tag lists: the whole list or none; and from a list to the tag that a policy follows.
#include "controller/registry/tag_list.h"

#include <gtest/gtest.h>

#include "controller/registry/policy_check.h"
#include "tests/controller/registry/fixture.h"

namespace freshet {
namespace {

using namespace fixture;

const std::string kTags = "https://r.io/v2/acme/app/tags/list";
const std::string kFirst = kTags + "?n=1000";

RegistryAccess access(TimePoint now = kNow) {
  return {*parse_url("https://r.io"),
          "acme/app",
          {},
          std::make_shared<const RegistryOptions>(),
          seconds(60),
          now + seconds(60)};
}

template <class Machine, class Outcome>
Outcome run(Machine machine, ScriptedTransport& transport, RegistryMemory& memory,
            TimePoint now = kNow) {
  for (int i = 0; i < kMaxRequestsOfOneResolution; ++i) {
    auto next = machine.next_request(memory, now);
    if (auto* outcome = std::get_if<Outcome>(&next)) return *outcome;
    machine.fold(transport.send(std::get<HttpRequest>(next)), memory, now);
  }
  return RegistryFailure{RegistryFailureKind::kRefused, "test", "it never ends", std::nullopt};
}

TagListOutcome list(ScriptedTransport& transport) {
  RegistryMemory memory;
  return run<TagList, TagListOutcome>(TagList(access()), transport, memory);
}

HttpResponse page(const std::string& tags, const std::string& link = "") {
  HttpResponse out = make_response(200, {}, R"({"name":"acme/app","tags":[)" + tags + "]}");
  if (!link.empty()) out.headers.push_back({"Link", link});
  return out;
}

std::string next_page(const std::string& last) {
  return "</v2/acme/app/tags/list?last=" + last + "&n=1000>; rel=\"next\"";
}

// The tags with spaces between them, or the kind and message of the failure.
std::string told(const TagListOutcome& outcome) {
  std::string out;
  if (const auto* failure = std::get_if<RegistryFailure>(&outcome)) {
    return std::string(to_string(failure->kind)) + ": " + failure->message;
  }
  if (const auto* missing = std::get_if<NotFound>(&outcome)) return "none: " + missing->message;
  for (const ImageTag& tag : std::get<std::vector<ImageTag>>(outcome)) {
    out += (out.empty() ? "" : " ") + tag.get();
  }
  return out;
}

const std::string kPage = " of the tags of r.io:443/acme/app: ";

TEST(TagList, IsReadPageByPageAndFreedOfNoise) {
  const std::string hex(64, 'a');
  ScriptedTransport transport;
  transport.on("GET", kFirst,
               page(R"("1.4.1","latest")", "<https://x/y>; rel=prev, " + next_page("latest")));
  transport.on("GET", kTags + "?last=latest&n=1000",
               page(R"("sha256-)" + hex + R"(","sha256-)" + hex + R"(.sig","sha256-)" + hex +
                    R"(.att","sha256-)" + hex + R"(.sbom","sha256-)" + hex +
                    R"(.x","sha256-aa.sig","1.4.2","latest","a b")"));
  EXPECT_EQ(told(list(transport)), "1.4.1 1.4.2 latest sha256-aa.sig sha256-" + hex + ".x");
  EXPECT_EQ(transport.requests().size(), 2u);
}

TEST(TagList, AsksForLessWhereALongPageIsRefused) {
  for (const int status : {400, 405, 422}) {
    ScriptedTransport transport;
    transport.on("GET", kFirst, make_response(status));
    transport.on("GET", kTags + "?n=100", make_response(status));
    transport.on("GET", kTags, page(R"("1")"));
    EXPECT_EQ(told(list(transport)), "1") << status;
  }
  ScriptedTransport refusing;
  refusing.on("GET", kTags, make_response(400));
  EXPECT_EQ(told(list(refusing)), "refused: page 1 of the tags of r.io:443/acme/app: HTTP 400");
  EXPECT_EQ(refusing.requests().size(), 3u);
}

TEST(TagList, OfARepositoryWithoutTagsIsEmpty) {
  ScriptedTransport transport;
  transport.on("GET", kFirst, make_response(200, {}, R"({"name":"acme/app","tags":null})"));
  EXPECT_EQ(told(list(transport)), "");
  ScriptedTransport missing;
  missing.on("GET", kFirst, make_response(404, {}, R"({"errors":[{"code":"NAME_UNKNOWN"}]})"));
  EXPECT_TRUE(told(list(missing)).starts_with("none: page 1")) << told(list(missing));
}

struct Bad {
  std::string sentence;
  Result<HttpResponse> second;
  std::string told;
};

TEST(TagList, ThatEndsBadlyIsNoList) {
  const std::vector<Bad> rows = {
      {"an error on a later page", make_response(500), "unreachable: page 2"},
      {"a later page that is gone", make_response(404), "notFound: page 2"},
      {"a later page that is refused", make_response(400), "refused: page 2"},
      {"a limit on the way", make_response(429), "rateLimited: page 2"},
      {"a broken connection", refused_connection(), "unreachable: GET r.io:443/v2/acme/app"},
      {"a page cut short", make_response(200, {}, R"({"name":"acme/app","tags":["2)"),
       "inconsistent: page 2" + kPage + "what came is no tag list"},
      {"a page of something else", make_response(200, {}, "<html>"),
       "inconsistent: page 2" + kPage + "what came is no tag list"},
      {"a page without tags", make_response(200, {}, R"({"name":"acme/app"})"),
       "inconsistent: page 2" + kPage + "what came is no tag list"},
      {"a tag that is no text", page(R"("2",3)"),
       "inconsistent: page 2" + kPage + "what came is no tag list"},
      {"a link to itself", page(R"("2")", next_page("1")),
       "inconsistent: page 2" + kPage + "its next page is one that was read already"},
      {"a link back to the beginning", page(R"("2")", "<" + kFirst + ">; rel=next"),
       "inconsistent: page 2" + kPage + "its next page is one that was read already"},
      {"a link to another host", page(R"("2")", "<https://evil.io/v2/x>; rel=\"next\""),
       "refused: page 2" + kPage + "its next page is said to be somewhere else"},
      {"a link to another port", page(R"("2")", "<https://r.io:444/v2/x>; rel=\"next\""),
       "refused: page 2" + kPage + "its next page is said to be somewhere else"},
      {"a link to plain http", page(R"("2")", "<http://r.io/v2/x>; rel=\"next\""),
       "refused: page 2" + kPage + "its next page is said to be somewhere else"},
  };
  for (const Bad& row : rows) {
    ScriptedTransport transport;
    transport.on("GET", kFirst, page(R"("1")", next_page("1")));
    transport.on("GET", kTags + "?last=1&n=1000", row.second);
    const std::string found = told(list(transport));
    EXPECT_TRUE(found.starts_with(row.told)) << row.sentence << ": " << found;
  }
}

TEST(TagList, HasAnEnd) {
  ScriptedTransport transport;
  transport.on("GET", kFirst, page("", next_page("0")));
  for (int i = 0; i < kMaxTagPages; ++i) {
    transport.on("GET", kTags + "?last=" + std::to_string(i) + "&n=1000",
                 page(R"(")" + std::to_string(i) + R"(")", next_page(std::to_string(i + 1))));
  }
  EXPECT_EQ(told(list(transport)), "refused: page 200" + kPage + "more than 200 pages of tags");
  std::string many = R"("0")";
  for (std::size_t i = 1; i <= kMaxTags; ++i) many += R"(,")" + std::to_string(i) + R"(")";
  ScriptedTransport wide;
  wide.on("GET", kFirst, page(many));
  EXPECT_EQ(told(list(wide)), "refused: page 1" + kPage + "more than 50000 tags");
}

class PolicyTest : public testing::Test {
 protected:
  PolicyOutcome choose(const FollowSpec& policy, TimePoint now = kNow) {
    return run<PolicyCheck, PolicyOutcome>(PolicyCheck(access(now), policy), transport_, memory_,
                                           now);
  }
  // An image of its own under this tag.
  void serve_tag(const std::string& tag, const std::string& created,
                 const std::string& pushed = "") {
    const Document made = config(created);
    const Document image = manifest_of(made);
    transport_.on("HEAD", "https://r.io/v2/acme/app/manifests/" + tag, image.head());
    HttpResponse read = image.get();
    if (!pushed.empty()) read.headers.push_back({"Last-Modified", pushed});
    transport_.on("GET", image.by_digest(), read);
    transport_.on("GET", made.as_blob(), make_response(200, {}, made.body));
  }
  static std::string failure(const PolicyOutcome& outcome) {
    const auto* failure = std::get_if<RegistryFailure>(&outcome);
    if (failure == nullptr) return "it did not fail";
    return std::string(to_string(failure->kind)) + ": " + failure->message;
  }

  ScriptedTransport transport_;
  RegistryMemory memory_;
  const FollowSpec created_{"", "^main-", TagOrder::kCreated};
};

TEST_F(PolicyTest, ChoosesFromTheWholeList) {
  transport_.on("GET", kFirst, page(R"("1.4.9","1.4.10","1.5.0","latest")"));
  EXPECT_EQ(choose({"~1.4", "", {}}), PolicyOutcome(ImageTag("1.4.10")));
  EXPECT_EQ(failure(choose({"^2", "", {}})), "noMatch: none of the 4 tags is one of semver ^2");
}

TEST_F(PolicyTest, AsksForDatesWhereTheyDecideAndRemembersThem) {
  transport_.on("GET", kFirst, page(R"("main-a","main-b","main-c","other")"));
  serve_tag("main-a", "2026-11-20T00:00:00Z");
  serve_tag("main-b", "2026-11-22T00:00:00Z");
  serve_tag("main-c", "2026-11-21T00:00:00Z");
  EXPECT_EQ(choose(created_), PolicyOutcome(ImageTag("main-b")));
  EXPECT_EQ(transport_.requests().size(), 1u + 3 * 3);
  transport_.forget_requests();
  EXPECT_EQ(choose(created_), PolicyOutcome(ImageTag("main-b")));
  EXPECT_EQ(transport_.requests().size(), 1u + 3);
}

TEST_F(PolicyTest, AListedTagThatCannotBeDatedIsAFailure) {
  transport_.on("GET", kFirst, page(R"("main-a","main-b")"));
  serve_tag("main-a", "2026-11-20T00:00:00Z");
  transport_.on("HEAD", "https://r.io/v2/acme/app/manifests/main-b", make_response(404));
  EXPECT_TRUE(failure(choose(created_)).starts_with("inconsistent: ")) << failure(choose(created_));
}

TEST_F(PolicyTest, TellsToNarrowAPatternThatMatchesTooMuch) {
  std::string many = R"("main-0")";
  for (std::size_t i = 1; i <= kMaxDatedTags; ++i)
    many += R"(,"main-)" + std::to_string(i) + R"(")";
  transport_.on("GET", kFirst, page(many));
  EXPECT_EQ(failure(choose(created_)),
            "refused: 51 tags match pattern ^main- (Created), and the images of at most 50 are "
            "asked for their date: narrow the pattern");
}

// Jib, ko and buildpacks date their images 1970 or 1980.
TEST_F(PolicyTest, AnImageWithoutADateMayBeTheNewest) {
  transport_.on("GET", kFirst, page(R"("main-a","main-b")"));
  serve_tag("main-a", "2026-11-20T00:00:00Z");
  serve_tag("main-b", "1970-01-01T00:00:00Z");
  EXPECT_EQ(failure(choose(created_)),
            "noMatch: the image of main-b, one of pattern ^main- (Created), does not tell when it "
            "was made, so it may be the newest or not: choose by number or name, or narrow the "
            "pattern");
  EXPECT_EQ(choose({"", "^main-a", TagOrder::kCreated}), PolicyOutcome(ImageTag("main-a")));
}

TEST_F(PolicyTest, AnImageWithoutADateIsAsOldAsItsPush) {
  transport_.on("GET", kFirst, page(R"("main-a","main-b","main-c")"));
  serve_tag("main-a", "2026-11-20T00:00:00Z");
  serve_tag("main-b", "1970-01-01T00:00:00Z", "Sat, 21 Nov 2026 00:00:00 GMT");
  serve_tag("main-c", "2026-11-19T00:00:00Z", "Sun, 22 Nov 2026 00:00:00 GMT");
  EXPECT_EQ(choose(created_), PolicyOutcome(ImageTag("main-b")));
  EXPECT_EQ(choose(created_), PolicyOutcome(ImageTag("main-b"))) << "as it is remembered";
}

TEST_F(PolicyTest, ADateThatLiesAheadCountsOnceItsTimeHasCome) {
  transport_.on("GET", kFirst, page(R"("main-a","main-b")"));
  serve_tag("main-a", "2026-11-20T00:00:00Z");
  serve_tag("main-b", format_rfc3339(kNow + hours(2)));
  EXPECT_TRUE(failure(choose(created_)).starts_with("noMatch: the image of main-b"));
  EXPECT_EQ(choose(created_, kNow + hours(1)), PolicyOutcome(ImageTag("main-b")));
}

}  // namespace
}  // namespace freshet
