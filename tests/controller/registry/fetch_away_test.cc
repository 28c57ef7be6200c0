// A redirect to another registry that wants a token of everybody: what it gets, and what it does
// not.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "controller/registry/fetch.h"
#include "tests/controller/registry/fixture.h"

namespace freshet {
namespace {

using namespace fixture;

const Document kMirrored = manifest_of(config());

// registry.k8s.io and the like are served by another registry.
class FetchAway : public ::testing::Test {
 protected:
  void SetUp() override {
    transport_.on("HEAD", kTagUrl, bearer(R"(realm="https://auth.r.io/t",service="r.io")"));
    transport_.on("HEAD", kTagUrl, redirect(kAway));
    transport_.on("GET", "https://auth.r.io/t", token("own"));
  }
  static HttpResponse bearer(const std::string& parameters) {
    return make_response(401, {{"WWW-Authenticate", "Bearer " + parameters}});
  }
  static HttpResponse redirect(const std::string& target) {
    return make_response(307, {{"Location", target}});
  }
  static HttpResponse token(const std::string& value) {
    return make_response(200, {}, R"({"token":")" + value + R"(","expires_in":300})");
  }
  static std::vector<std::string> authorizations(const ScriptedTransport& transport) {
    std::vector<std::string> all;
    for (const auto& request : transport.requests()) {
      all.push_back(find_header(request.headers, "Authorization").value_or(""));
    }
    return all;
  }
  // Of a HEAD of the tag, with a password for r.io.
  FetchResult ask() {
    transport_.forget_requests();
    RegistryFetch fetch(access_to_app(kNow, password("pw")), {"head", "HEAD", kTagUrl, {}, 1});
    for (;;) {
      auto next = fetch.next_request(memory_, kNow);
      if (auto* result = std::get_if<FetchResult>(&next)) return *result;
      fetch.fold(transport_.send(std::get<HttpRequest>(next)), memory_, kNow);
    }
  }

  const std::string kAway = "https://b.io/v2/mirror/app/manifests/1";
  const std::string kAwayRealm = "https://b.io/t";
  const std::string kAwayChallenge =
      R"(realm="https://b.io/t",service="b.io",scope="repository:mirror/app:pull")";
  ScriptedTransport transport_;
  RegistryMemory memory_;
};

TEST_F(FetchAway, GetsATokenAsNobodyForThatHostOnly) {
  transport_.on("HEAD", kAway, bearer(kAwayChallenge));
  transport_.on("HEAD", kAway, kMirrored.head());
  transport_.on("GET", kAwayRealm, token("away"));
  const FetchResult result = ask();
  ASSERT_TRUE(std::holds_alternative<HttpResponse>(result));
  EXPECT_EQ(std::get<HttpResponse>(result).status, 200);
  std::vector<std::string> asked;
  for (const auto& request : transport_.requests()) {
    asked.push_back(request.method + " " + request.url.substr(0, request.url.find('?')));
  }
  EXPECT_EQ(asked, (std::vector<std::string>{"HEAD " + kTagUrl, "GET https://auth.r.io/t",
                                             "HEAD " + kTagUrl, "HEAD " + kAway,
                                             "GET " + kAwayRealm, "HEAD " + kAway}));
  EXPECT_EQ(authorizations(transport_),
            (std::vector<std::string>{"", "Basic " + base64_encode("robot:pw"), "Bearer own", "",
                                      "", "Bearer away"}));
  EXPECT_EQ(transport_.requests()[4].url,
            kAwayRealm + "?scope=repository%3Amirror%2Fapp%3Apull&service=b.io");
  EXPECT_EQ(transport_.requests()[4].identity, "");
}

TEST_F(FetchAway, IsAskedAsBeforeTheNextTime) {
  transport_.on("HEAD", kAway, bearer(kAwayChallenge));
  transport_.on("HEAD", kAway, kMirrored.head());
  transport_.on("GET", kAwayRealm, token("away"));
  ask();
  ASSERT_TRUE(std::holds_alternative<HttpResponse>(ask()));
  EXPECT_EQ(authorizations(transport_), (std::vector<std::string>{"", ""}));
}

TEST_F(FetchAway, IsToldThatATokenWasNotEnough) {
  transport_.on("HEAD", kAway, bearer(kAwayChallenge));
  transport_.on("GET", kAwayRealm, token("away"));
  const FetchResult result = ask();
  const auto* failure = std::get_if<RegistryFailure>(&result);
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->kind, RegistryFailureKind::kAuthentication);
  EXPECT_NE(failure->message.find("b.io:443 asks for credentials"), std::string::npos)
      << failure->message;
  EXPECT_EQ(transport_.requests().size(), 6u);
}

TEST_F(FetchAway, GetsNoPassword) {
  transport_.on("HEAD", kAway, make_response(401, {{"WWW-Authenticate", "Basic realm=\"b\""}}));
  const FetchResult result = ask();
  const auto* failure = std::get_if<RegistryFailure>(&result);
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->kind, RegistryFailureKind::kAuthentication);
  EXPECT_EQ(authorizations(transport_).back(), "");
}

TEST_F(FetchAway, ItsTokenGoesNoFurther) {
  transport_.on("HEAD", kAway, bearer(kAwayChallenge));
  transport_.on("HEAD", kAway, redirect("https://c.io/x"));
  transport_.on("HEAD", "https://c.io/x", kMirrored.head());
  transport_.on("GET", kAwayRealm, token("away"));
  ASSERT_TRUE(std::holds_alternative<HttpResponse>(ask()));
  EXPECT_EQ(transport_.lines().back(), "HEAD https://c.io/x");
  EXPECT_EQ(authorizations(transport_).back(), "");
}

TEST_F(FetchAway, IsAskedForNoTokenOverPlainHttp) {
  transport_.on("HEAD", kAway, bearer(R"(realm="http://b.io/t")"));
  const FetchResult result = ask();
  const auto* failure = std::get_if<RegistryFailure>(&result);
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->kind, RegistryFailureKind::kRefused);
  EXPECT_NE(failure->message.find("over plain http"), std::string::npos) << failure->message;
}

}  // namespace
}  // namespace freshet
