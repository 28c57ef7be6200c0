// Challenges that are half of one or change, refusals in spite of a token, and what a redirect
// must not take along.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "controller/registry/fetch.h"
#include "tests/controller/registry/fixture.h"

namespace freshet {
namespace {

using namespace fixture;

const Document kAnswered = manifest_of(config());
const std::string kTokenServer = "https://auth.r.io/t";

HttpResponse demand(const std::string& challenge) {
  return make_response(401, {{"WWW-Authenticate", challenge}});
}
HttpResponse demand_token(const std::string& scope) {
  return demand("Bearer realm=\"" + kTokenServer + R"(",service="r.io",scope=")" + scope + "\"");
}
HttpResponse grant(const std::string& token) {
  return make_response(200, {}, R"({"token":")" + token + R"(","expires_in":300})");
}
std::string sent_with(const HttpRequest& request) {
  return find_header(request.headers, "Authorization").value_or("");
}

TEST(FetchAnswers, ABearerChallengeWithoutARealmIsNone) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl, demand(R"(Bearer service="s", Basic realm="r")"));
  transport.on("HEAD", kTagUrl, kAnswered.head());
  EXPECT_TRUE(std::holds_alternative<Found>(check(transport, password())));
  ASSERT_EQ(transport.requests().size(), 2u);
  EXPECT_EQ(sent_with(transport.requests()[1]), basic_authorization(password()));

  ScriptedTransport asked_by_nobody;
  asked_by_nobody.on("HEAD", kTagUrl, demand(R"(Bearer service="s", Basic realm="r")"));
  const auto failure = failure_of(check(asked_by_nobody));
  EXPECT_EQ(failure.kind, RegistryFailureKind::kAuthentication);
  EXPECT_NE(failure.message.find("a password is needed"), std::string::npos) << failure.message;
  EXPECT_EQ(asked_by_nobody.requests().size(), 1u);
}

TEST(FetchAnswers, AScopeThatIsDemandedAfterwardsGetsATokenOfItsOwn) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl, demand_token("s1"));
  transport.on("HEAD", kTagUrl, demand_token("s2"));
  transport.on("HEAD", kTagUrl, kAnswered.head());
  transport.on("GET", kTokenServer + "?scope=s1&service=r.io", grant("t1"));
  transport.on("GET", kTokenServer + "?scope=s2&service=r.io", grant("t2"));
  EXPECT_TRUE(std::holds_alternative<Found>(check(transport)));
  ASSERT_EQ(transport.requests().size(), 5u);
  EXPECT_EQ(sent_with(transport.requests()[2]), "Bearer t1");
  EXPECT_EQ(transport.lines()[3], "GET " + kTokenServer + "?scope=s2&service=r.io");
  EXPECT_EQ(sent_with(transport.requests()[4]), "Bearer t2");
}

TEST(FetchAnswers, ARefusalInSpiteOfAGoodTokenIsOneOfCredentials) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl, demand_token("s1"));
  transport.on("HEAD", kTagUrl, make_response(403));
  transport.on("GET", kTagUrl, make_response(403));
  transport.on("GET", kTokenServer, grant("t1"));
  const auto failure = failure_of(check(transport));
  EXPECT_EQ(failure.kind, RegistryFailureKind::kAuthentication) << failure.message;
  EXPECT_EQ(failure.step, "get");
  EXPECT_NE(failure.message.find("HTTP 403"), std::string::npos) << failure.message;
  ASSERT_EQ(transport.requests().size(), 4u);
  EXPECT_EQ(sent_with(transport.requests()[3]), "Bearer t1");
}

TEST(FetchAnswers, NoRedirectToAnotherOriginTakesTheCredentialsAlong) {
  struct Row {
    const char* sentence;
    HttpResponse challenge;
    std::string location;
  };
  const std::vector<Row> rows = {
      {"a password, another host", demand("Basic realm=r"), "https://cdn.io/m"},
      {"a password, another port of this host", demand("Basic realm=r"), "https://r.io:8443/m"},
      {"a token, another host", demand_token("s1"), "https://cdn.io/m"},
      {"a token, another port of this host", demand_token("s1"), "https://r.io:8443/m"},
  };
  for (const Row& row : rows) {
    ScriptedTransport transport;
    transport.on("HEAD", kTagUrl, row.challenge);
    transport.on("HEAD", kTagUrl, make_response(307, {{"Location", row.location}}));
    transport.on("HEAD", row.location, kAnswered.head());
    transport.on("GET", kTokenServer, grant("t1"));
    EXPECT_TRUE(std::holds_alternative<Found>(check(transport, password()))) << row.sentence;
    const auto& requests = transport.requests();
    ASSERT_GE(requests.size(), 3u) << row.sentence;
    EXPECT_NE(sent_with(requests[requests.size() - 2]), "") << row.sentence;
    EXPECT_EQ(requests.back().url, row.location) << row.sentence;
    EXPECT_EQ(sent_with(requests.back()), "") << row.sentence;
  }
}

TEST(FetchAnswers, ATokenServerThatTakesNoPostIsAskedWithGet) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl, demand_token("s1"));
  transport.on("HEAD", kTagUrl, kAnswered.head());
  transport.on("POST", kTokenServer, make_response(405));
  transport.on("GET", kTokenServer, grant("t1"));
  const Credential credential{"id", "<token>", Secret(), Secret("refresh")};
  EXPECT_TRUE(std::holds_alternative<Found>(check(transport, credential)));
  ASSERT_EQ(transport.requests().size(), 4u);
  EXPECT_EQ(transport.requests()[1].method, "POST");
  EXPECT_EQ(transport.requests()[2].method, "GET");
  EXPECT_EQ(sent_with(transport.requests()[2]), "Basic " + base64_encode("<token>:refresh"));
  EXPECT_EQ(sent_with(transport.requests()[3]), "Bearer t1");
}

}  // namespace
}  // namespace freshet
