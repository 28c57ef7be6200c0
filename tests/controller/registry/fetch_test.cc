// Challenges, tokens and redirects: what is sent where, and what is not.
#include "controller/registry/fetch.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/controller/registry/fixture.h"

namespace freshet {
namespace {

using namespace fixture;
using Kind = RegistryFailureKind;

const Document kFetched = manifest_of(config());
const std::string kRealm = "https://auth.r.io/t";
const std::string kTokenUrl = kRealm + "?scope=repository%3Aacme%2Fapp%3Apull&service=r.io";

HttpResponse challenge(const std::string& text) {
  return make_response(401, {{"WWW-Authenticate", text}});
}
HttpResponse bearer(const std::string& realm = kRealm) {
  return challenge("Bearer realm=\"" + realm + R"(",service="r.io")");
}
HttpResponse token(const std::string& value = "tok1") {
  return make_response(200, {}, R"({"token":")" + value + R"(","expires_in":300})");
}
std::string authorization(const HttpRequest& request) {
  return find_header(request.headers, "Authorization").value_or("");
}
std::vector<std::string> authorizations(const ScriptedTransport& transport) {
  std::vector<std::string> all;
  for (const auto& request : transport.requests()) all.push_back(authorization(request));
  return all;
}

TEST(Fetch, GetsAnAnonymousTokenWhereOneIsDemanded) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl, bearer());
  transport.on("HEAD", kTagUrl, kFetched.head());
  transport.on("GET", kTokenUrl, token());
  EXPECT_TRUE(std::holds_alternative<Found>(check(transport)));
  EXPECT_EQ(transport.lines(),
            (std::vector<std::string>{"HEAD " + kTagUrl, "GET " + kTokenUrl, "HEAD " + kTagUrl}));
  EXPECT_EQ(authorizations(transport), (std::vector<std::string>{"", "", "Bearer tok1"}));
}

TEST(Fetch, SendsThePasswordToTheTokenServerOnly) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl, bearer());
  transport.on("HEAD", kTagUrl, kFetched.head());
  transport.on("GET", kRealm, token());
  EXPECT_TRUE(std::holds_alternative<Found>(check(transport, password("pw"))));
  EXPECT_EQ(authorizations(transport),
            (std::vector<std::string>{"", "Basic " + base64_encode("robot:pw"), "Bearer tok1"}));
  for (const auto& request : transport.requests()) {
    EXPECT_EQ(request.identity, "config.json#r.io");
  }
}

TEST(Fetch, AnswersBasicWithAPassword) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl, challenge("Basic realm=\"r\""));
  transport.on("HEAD", kTagUrl, kFetched.head());
  EXPECT_TRUE(std::holds_alternative<Found>(check(transport, password("pw"))));
  EXPECT_EQ(authorizations(transport),
            (std::vector<std::string>{"", "Basic " + base64_encode("robot:pw")}));
}

TEST(Fetch, PrefersBearerOverBasicAndSkipsNegotiate) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl,
               challenge("Negotiate YII=, Basic realm=\"r\", Bearer realm=\"" + kRealm + "\""));
  transport.on("HEAD", kTagUrl, kFetched.head());
  transport.on("GET", kRealm, token());
  EXPECT_TRUE(std::holds_alternative<Found>(check(transport, password())));
  EXPECT_EQ(authorization(transport.requests()[2]), "Bearer tok1");
}

TEST(Fetch, PostsAnIdentityTokenAndFallsBackToGet) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl, bearer());
  transport.on("HEAD", kTagUrl, kFetched.head());
  transport.on("POST", kRealm, make_response(404));
  transport.on("GET", kRealm, token());
  const Credential credential{"id", "<token>", Secret(), Secret("refresh")};
  EXPECT_TRUE(std::holds_alternative<Found>(check(transport, credential)));
  EXPECT_EQ(transport.requests()[1].method, "POST");
  EXPECT_EQ(authorization(transport.requests()[2]), "Basic " + base64_encode("<token>:refresh"));
}

TEST(Fetch, ReplacesATokenThatIsNoLongerAcceptedOnce) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl, bearer());
  transport.on("HEAD", kTagUrl, kFetched.head());
  transport.on("HEAD", kTagUrl, bearer());
  transport.on("HEAD", kTagUrl, kFetched.head());
  transport.on("GET", kRealm, token("tok1"));
  transport.on("GET", kRealm, token("tok2"));
  RegistryMemory memory;
  const auto run = [&] {
    RegistryFetch fetch(access_to_app(), {"head", "HEAD", kTagUrl, {}, 1});
    for (;;) {
      auto next = fetch.next_request(memory, kNow);
      if (auto* result = std::get_if<FetchResult>(&next)) return *result;
      fetch.fold(transport.send(std::get<HttpRequest>(next)), memory, kNow);
    }
  };
  EXPECT_TRUE(std::holds_alternative<HttpResponse>(run()));
  transport.forget_requests();
  EXPECT_TRUE(std::holds_alternative<HttpResponse>(run()));
  EXPECT_EQ(authorizations(transport),
            (std::vector<std::string>{"Bearer tok1", "", "Bearer tok2"}));
}

TEST(Fetch, ComesWithItsTokenOrPasswordTheNextTime) {
  for (const bool basic : {false, true}) {
    ScriptedTransport transport;
    transport.on("HEAD", kTagUrl, basic ? challenge("Basic realm=\"r\"") : bearer());
    transport.on("HEAD", kTagUrl, kFetched.head());
    transport.on("GET", kRealm, token());
    RegistryMemory memory;
    for (int time = 0; time < 2; ++time) {
      transport.forget_requests();
      RegistryFetch fetch(access_to_app(kNow, password()), {"head", "HEAD", kTagUrl, {}, 1});
      for (;;) {
        auto next = fetch.next_request(memory, kNow);
        if (std::holds_alternative<FetchResult>(next)) break;
        fetch.fold(transport.send(std::get<HttpRequest>(next)), memory, kNow);
      }
    }
    EXPECT_EQ(transport.requests().size(), 1u) << basic;
  }
}

struct AnswerRow {
  std::string name;
  HttpResponse head;
  Result<HttpResponse> token;
  Kind kind;
  std::string step;
  std::string says;
  std::size_t requests;
};

TEST(Fetch, FailsWithTheStepThatFailed) {
  const std::vector<AnswerRow> rows = {
      {"no scheme that we know", challenge("Negotiate"), token(), Kind::kAuthentication, "head",
       "no challenge that can be answered", 1},
      {"always challenged", bearer(), token(), Kind::kAuthentication, "head",
       "the token does not allow it", 3},
      {"a password that is not accepted", challenge("Basic realm=r"), token(),
       Kind::kAuthentication, "head", "the password is not accepted", 2},
      {"a realm over http", bearer("http://auth.r.io/t"), token(), Kind::kRefused, "token",
       "over plain http", 1},
      {"a realm of another domain", bearer("https://evil.io/t"), token(), Kind::kRefused, "token",
       "of another domain", 1},
      {"a malformed realm", bearer("canary"), token(), Kind::kRefused, "token", "malformed realm",
       1},
      {"a token server that refuses", bearer(), make_response(401), Kind::kAuthentication, "token",
       "HTTP 401", 2},
      {"a token server that denies", bearer(), make_response(403), Kind::kAuthentication, "token",
       "HTTP 403", 2},
      {"a token server that is not there", bearer(), make_response(404), Kind::kAuthentication,
       "token", "HTTP 404", 2},
      {"a token server that limits", bearer(), make_response(429), Kind::kRateLimited, "token",
       "HTTP 429", 2},
      {"a token server that is ill", bearer(), make_response(502), Kind::kUnreachable, "token",
       "HTTP 502", 2},
      {"a token server that redirects", bearer(),
       make_response(302, {{"Location", "https://evil.io"}}), Kind::kRefused, "token",
       "may not redirect", 2},
      {"a token server that cannot be reached", bearer(), refused_connection(), Kind::kUnreachable,
       "token", "connection refused", 2},
      {"a token body that is too large", bearer(),
       make_error(ErrorKind::kRefused, "the body is larger than 65536 bytes"), Kind::kRefused,
       "token", "larger", 2},
      {"a token that is not JSON", bearer(), make_response(200, {}, "canary"),
       Kind::kAuthentication, "token", "not a JSON object", 2},
      {"a token with a line break", bearer(), token(R"(a\nb)"), Kind::kAuthentication, "token",
       "no header may have", 2},
  };
  for (const auto& row : rows) {
    ScriptedTransport transport;
    transport.on("HEAD", kTagUrl, row.head);
    transport.on("GET", kRealm, row.token);
    const auto failure = failure_of(check(transport, password()));
    EXPECT_EQ(failure.kind, row.kind) << row.name << ": " << failure.message;
    EXPECT_EQ(failure.step, row.step) << row.name;
    EXPECT_NE(failure.message.find(row.says), std::string::npos) << failure.message;
    EXPECT_EQ(failure.message.find("canary"), std::string::npos) << failure.message;
    EXPECT_EQ(transport.requests().size(), row.requests) << row.name;
  }
}

TEST(Fetch, GivesUpAfterTwoRoundsOfNewDemands) {
  ScriptedTransport transport;
  for (int i = 0; i < 9; ++i) {
    transport.on("HEAD", kTagUrl,
                 challenge("Bearer realm=\"" + kRealm + "\",scope=\"s" + std::to_string(i) + "\""));
  }
  transport.on("GET", kRealm, token());
  const auto failure = failure_of(check(transport));
  EXPECT_NE(failure.message.find("still challenged after 2 rounds"), std::string::npos);
  EXPECT_EQ(transport.requests().size(), 5u);
}

TEST(Fetch, FollowsARedirectWithoutItsCredentials) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl, challenge("Basic realm=r"));
  transport.on("HEAD", kTagUrl, make_response(307, {{"Location", "https://cdn.io/m?sig=canary"}}));
  transport.on("HEAD", "https://cdn.io/m?sig=canary", kFetched.head());
  EXPECT_TRUE(std::holds_alternative<Found>(check(transport, password())));
  EXPECT_EQ(authorization(transport.requests()[1]), basic_authorization(password()));
  EXPECT_EQ(authorization(transport.requests()[2]), "");
}

TEST(Fetch, KeepsItsCredentialsOnARedirectWithinTheRegistry) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl, challenge("Basic realm=r"));
  transport.on("HEAD", kTagUrl, make_response(308, {{"Location", "/v2/moved"}}));
  transport.on("HEAD", "https://r.io/v2/moved", kFetched.head());
  EXPECT_TRUE(std::holds_alternative<Found>(check(transport, password())));
  EXPECT_EQ(authorization(transport.requests()[2]), basic_authorization(password()));
}

TEST(Fetch, RefusesRedirectsThatLeadAstray) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {kTagUrl, "more than 3 redirects"},
      {"http://r.io/x", "from https at r.io to plain http"},
      {"", "malformed"},
  };
  for (const auto& [location, says] : rows) {
    ScriptedTransport transport;
    const auto target = location.empty() ? "ftp://x" : location;
    transport.on("HEAD", kTagUrl, make_response(302, {{"Location", target}}));
    const auto failure = failure_of(check(transport));
    EXPECT_EQ(failure.kind, Kind::kRefused);
    EXPECT_NE(failure.message.find(says), std::string::npos) << failure.message;
    EXPECT_LE(transport.requests().size(), 4u);
  }
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl, make_response(302));
  EXPECT_NE(failure_of(check(transport)).message.find("to nowhere"), std::string::npos);
}

TEST(Fetch, DoesNotAnswerAChallengeOfAnotherHost) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl, make_response(302, {{"Location", "https://cdn.io/m"}}));
  transport.on("HEAD", "https://cdn.io/m", challenge("Basic realm=r"));
  const auto failure = failure_of(check(transport, password()));
  EXPECT_EQ(failure.kind, Kind::kAuthentication);
  EXPECT_NE(failure.message.find("cdn.io:443 asks for credentials"), std::string::npos);
  EXPECT_EQ(transport.requests().size(), 2u);
}

TEST(Fetch, AsksWithGetWhereAPresignedUrlIsNotForHead) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl, make_response(302, {{"Location", "https://cdn.io/m"}}));
  transport.on("HEAD", "https://cdn.io/m", make_response(403));
  transport.on("GET", kTagUrl, make_response(302, {{"Location", "https://cdn.io/m"}}));
  transport.on("GET", "https://cdn.io/m", kFetched.get());
  EXPECT_TRUE(std::holds_alternative<Found>(check(transport)));
}

TEST(Fetch, HasOneDeadlineForAllItsRequests) {
  RegistryMemory memory;
  RegistryFetch fetch(access_to_app(), {"head", "HEAD", kTagUrl, {}, 1});
  auto next = fetch.next_request(memory, kNow);
  EXPECT_EQ(std::get<HttpRequest>(next).timeout, seconds(8));
  fetch.fold(bearer(), memory, kNow + seconds(5));
  next = fetch.next_request(memory, kNow + seconds(5));
  EXPECT_EQ(std::get<HttpRequest>(next).timeout, seconds(3));
  fetch.fold(token(), memory, kNow + seconds(8));
  next = fetch.next_request(memory, kNow + seconds(8));
  const auto failure = std::get<RegistryFailure>(std::get<FetchResult>(next));
  EXPECT_EQ(failure, (RegistryFailure{Kind::kUnreachable, "head",
                                      "HEAD r.io:443/v2/acme/app/manifests/1: no answer within 8s",
                                      std::nullopt}));
}

}  // namespace
}  // namespace freshet
