// Docker's credsStore: the helper that is asked for registries of which config.json itself holds
// nothing.
#include <gtest/gtest.h>

#include "base/clock.h"
#include "controller/net/local_transport.h"
#include "controller/runtime/credentials.h"

namespace freshet {
namespace {

struct StoreRow {
  const char* sentence;
  std::string config;
  std::string image;
  std::vector<HelperCall> asked;
  std::string user;
};

TEST(CredentialStore, IsAskedWhereNoEntryHoldsACredential) {
  const HelperCall of_registry{"desktop", "r.io"};
  const std::string entry = R"({"username":"of-auths","password":"p"})";
  const std::vector<StoreRow> rows = {
      {"no entry at all",
       R"({"credsStore":"desktop","auths":{}})",
       "r.io/a:1",
       {of_registry},
       "of-store"},
      {"an empty entry, as docker leaves it",
       R"({"credsStore":"desktop","auths":{"r.io":{}}})",
       "r.io/a:1",
       {of_registry},
       "of-store"},
      {"an entry of another registry",
       R"({"credsStore":"desktop","auths":{"s.io":)" + entry + "}}",
       "r.io/a:1",
       {of_registry},
       "of-store"},
      {"Docker Hub by its old name",
       R"({"credsStore":"desktop"})",
       "nginx",
       {{"desktop", "https://index.docker.io/v1/"}},
       "of-store"},
      {"an entry of this registry",
       R"({"credsStore":"desktop","auths":{"r.io":)" + entry + "}}",
       "r.io/a:1",
       {},
       "of-auths"},
  };
  for (const StoreRow& row : rows) {
    ManualClock clock{from_unix_seconds(1'790'000'000)};
    TokenSource tokens{Secret("t")};
    LocalTransport transport{[](const HttpRequest&) -> Result<HttpResponse> {
      return HttpResponse{404, {}, "{}"};
    }};
    KubeClient kube{transport, tokens, clock, KubeClientOptions{.server = "https://kube"}};
    std::vector<HelperCall> asked;
    Credentials credentials({kube, [&]() -> Result<std::string> { return row.config; },
                             [&](const HelperCall& call) -> Result<HelperReply> {
                               asked.push_back(call);
                               return HelperReply{0, R"({"Username":"of-store","Secret":"s"})"};
                             }},
                            clock);
    const CredentialNeed need{"shop", parse_image_reference(row.image).value(), {{}, ""}};
    CredentialChoice choice = credentials.choose(need);
    for (int round = 0; round < 2; ++round) {  // config.json first: it names the helper
      while (credentials.read_one()) continue;
      choice = credentials.choose(need);
    }
    EXPECT_TRUE(choice.ready) << row.sentence;
    EXPECT_EQ(choice.credential.username, row.user) << row.sentence;
    EXPECT_EQ(asked, row.asked) << row.sentence;
  }
}

}  // namespace
}  // namespace freshet
