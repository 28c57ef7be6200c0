// One resolution from end to end, its JSON, and a canary through every credential path.
#include "controller/registry/resolve.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/controller/registry/fixture.h"

namespace freshet {
namespace {

using namespace fixture;
using Kind = RegistryFailureKind;

const Document kResolvedConfig = config();
const Document kResolved = manifest_of(kResolvedConfig);
const std::string kCanary = "s3cret-canary";

std::variant<Confirmed, RegistryFailure> resolve(ScriptedTransport& transport,
                                                 const ImageReference& reference = app(),
                                                 const Credential& credential = {}) {
  return resolve_image(reference, credential, {}, transport, [] { return kNow; });
}

TEST(Resolve, ChecksAndConfirms) {
  ScriptedTransport transport;
  serve(transport, kResolved, kResolvedConfig);
  const auto outcome = resolve(transport);
  ASSERT_TRUE(std::holds_alternative<Confirmed>(outcome));
  EXPECT_EQ(dump_json(to_json(std::get<Confirmed>(outcome))),
            R"({"created":"2026-11-22T23:30:00Z","digest":")" + kResolved.digest().get() +
                R"(","layerBytes":0,"mediaType":")" + std::string(kOciManifest) +
                R"(","platforms":["linux/arm64"]})");
  EXPECT_EQ(transport.lines(),
            (std::vector<std::string>{"HEAD " + kTagUrl, "GET " + kResolved.by_digest(),
                                      "GET " + kResolvedConfig.as_blob()}));
}

TEST(Resolve, TakesLatestWhereNothingIsSaidAndTheDigestWhereOneIs) {
  ScriptedTransport transport;
  auto reference = app();
  reference.tag.reset();
  resolve(transport, reference);
  EXPECT_EQ(transport.lines()[0], "HEAD https://r.io/v2/acme/app/manifests/latest");
  transport.forget_requests();
  serve(transport, kResolved, kResolvedConfig);
  EXPECT_TRUE(
      std::holds_alternative<Confirmed>(resolve(transport, pinned(app(), kResolved.digest()))));
  EXPECT_EQ(transport.lines()[0], "GET " + kResolved.by_digest());
}

TEST(Resolve, ADigestThatIsNotThereIsNotFoundATagsDigestInconsistent) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl, kResolved.head());
  transport.on("GET", kResolved.by_digest(), make_response(404));
  EXPECT_EQ(std::get<RegistryFailure>(resolve(transport)).kind, Kind::kInconsistent);
  EXPECT_EQ(std::get<RegistryFailure>(resolve(transport, pinned(app(), kResolved.digest()))).kind,
            Kind::kNotFound);
}

// Answers as written down; a HEAD takes its time.
class SlowHeads final : public HttpTransport {
 public:
  SlowHeads(ScriptedTransport& inner, Duration takes) : inner_(inner), takes_(takes) {}
  Result<HttpResponse> send(const HttpRequest& request) override {
    if (request.method == "HEAD") now += takes_;
    return inner_.send(request);
  }
  Result<HttpResponse> stream(const HttpRequest& request, const OnBytes&) override {
    return send(request);
  }
  TimePoint now = kNow;

 private:
  ScriptedTransport& inner_;
  Duration takes_;
};

TEST(Resolve, HasOneDeadlineForAllItsRequests) {
  ScriptedTransport transport;
  serve(transport, kResolved, kResolvedConfig);
  SlowHeads slow(transport, seconds(5));
  const auto in_time = resolve_image(app(), {}, {}, slow, [&] { return slow.now; });
  EXPECT_TRUE(std::holds_alternative<Confirmed>(in_time));
  ASSERT_EQ(transport.requests().size(), 3u);
  EXPECT_EQ(transport.requests()[0].timeout, seconds(8));
  EXPECT_EQ(transport.requests()[1].timeout, seconds(3));

  transport.forget_requests();
  SlowHeads slower(transport, seconds(9));
  const auto late = resolve_image(app(), {}, {}, slower, [&] { return slower.now; });
  ASSERT_TRUE(std::holds_alternative<RegistryFailure>(late));
  const auto& failure = std::get<RegistryFailure>(late);
  EXPECT_EQ(failure.kind, Kind::kUnreachable);
  EXPECT_EQ(failure.step, "confirm");
  EXPECT_NE(failure.message.find("no answer within 8s"), std::string::npos) << failure.message;
  EXPECT_EQ(transport.requests().size(), 1u);
}

TEST(Resolve, PrintsAnErrorWithKindStepAndAdvice) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl, make_response(404));
  const auto failure = std::get<RegistryFailure>(resolve(transport));
  EXPECT_EQ(dump_json(to_json(failure)),
            R"({"error":{"kind":"notFound","message":"HEAD r.io:443/v2/acme/app/manifests/1: )"
            R"(HTTP 404. Check the repository and the tag for typing errors; a private )"
            R"(repository may also be answered so to a reader without credentials.",)"
            R"("step":"head"}})");
}

TEST(Resolve, EveryKindHasANameAndAdvice) {
  for (const Kind kind :
       {Kind::kAuthentication, Kind::kNotFound, Kind::kUnreachable, Kind::kRefused,
        Kind::kNotAnImage, Kind::kRateLimited, Kind::kInconsistent}) {
    EXPECT_NE(to_string(kind), "unknown");
    EXPECT_TRUE(advice(kind).ends_with(".")) << to_string(kind);
  }
}

TEST(Resolve, SaysThatAPasswordIsNeeded) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl, make_response(401, {{"WWW-Authenticate", "Basic realm=r"}}));
  const auto failure = std::get<RegistryFailure>(resolve(transport));
  EXPECT_EQ(failure.message,
            "HEAD r.io:443/v2/acme/app/manifests/1: HTTP 401: a password is needed, and there is "
            "none for this registry");
}

// Servers that throw everything they were sent back at us, in every place that we read.
TEST(Resolve, NoFailureEverHoldsASecret) {
  const std::string basic = base64_encode("robot:" + kCanary);
  const std::string echo = kCanary + " " + basic + " tok-canary";
  const std::vector<Result<HttpResponse>> echoes = {
      make_response(400, {{"X", echo}}, echo),
      make_response(401, {{"WWW-Authenticate", "Basic realm=\"" + echo + "\""}}, echo),
      make_response(401, {{"WWW-Authenticate", "Bearer realm=\"" + echo + "\""}}, echo),
      make_response(401,
                    {{"WWW-Authenticate", "Bearer realm=\"https://evil.io/" + kCanary + "\""}}),
      make_response(403, {},
                    R"({"errors":[{"code":")" + kCanary + R"(","message":")" + echo + "\"}]}"),
      make_response(403, {}, R"({"message":")" + echo + R"(","details":")" + echo + "\"}"),
      make_response(302, {{"Location", "https://u:" + kCanary + "@evil.io/"}}),
      make_response(302, {{"Location", "http://evil.io/" + kCanary}}),
      make_response(200, {{"Docker-Content-Digest", kCanary}}, echo),
      make_response(200, {{"Content-Type", "text/plain"}}, echo),
      make_response(200, {}, R"({"token":")" + kCanary + R"(\n"})"),
      make_response(500, {}, echo),
  };
  const std::string realm = "https://auth.r.io/t";
  const auto bearer = make_response(401, {{"WWW-Authenticate", "Bearer realm=\"" + realm + "\""}});
  const auto basic_challenge = make_response(401, {{"WWW-Authenticate", "Basic realm=r"}});
  const auto token = make_response(200, {}, R"({"token":"tok-canary"})");
  const std::vector<Credential> credentials = {password(kCanary),
                                               {"id", "<token>", Secret(), Secret(kCanary)}};
  int failures = 0;
  for (const auto& echoed : echoes) {
    for (const auto& credential : credentials) {
      for (const int place : {0, 1, 2}) {
        ScriptedTransport transport;
        const auto at = [&](int here, const HttpResponse& otherwise) {
          return place == here ? echoed : Result<HttpResponse>(otherwise);
        };
        transport.on("HEAD", kTagUrl, place == 2 ? basic_challenge : bearer);
        transport.on("HEAD", kTagUrl, at(2, make_response(405)));
        transport.on("GET", kTagUrl, at(1, kResolved.get()));
        transport.on("GET", realm, at(0, token));
        transport.on("POST", realm, at(0, token));
        const auto outcome = resolve(transport, app(), credential);
        const auto* failure = std::get_if<RegistryFailure>(&outcome);
        if (failure == nullptr) continue;
        ++failures;
        const auto text = dump_json(to_json(*failure));
        EXPECT_EQ(text.find("canary"), std::string::npos) << text;
        EXPECT_EQ(text.find(basic), std::string::npos) << text;
      }
    }
  }
  EXPECT_GE(failures, 50);
}

}  // namespace
}  // namespace freshet
