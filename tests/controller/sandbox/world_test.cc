// What is the sandbox's own: virtual time, faults, seeds, bounds, what it refuses to simulate. That
// it behaves as Kubernetes with Knative does is for tests/conformance.
#include <nlohmann/json.hpp>

#include "tests/controller/sandbox/world_fixture.h"

namespace freshet::sandbox {
namespace {

constexpr const char* kServicesPath = "/apis/serving.knative.dev/v1/namespaces/default/services";

class WorldItself : public WorldTest {
 protected:
  explicit WorldItself(WorldOptions options = {.seed = 7, .start = kStart})
      : WorldTest(std::move(options)) {}
};

TEST_F(WorldItself, HasNothingToDoWhileNobodyWritesAnything) {
  make_demo();
  run(minutes(11));  // the Revision's deadline is over
  EXPECT_EQ(world_.next_event(), std::nullopt);
  run(days(30));
  EXPECT_EQ(world_.programmed(kDemo), (Program{{"demo-00001", 100}}));
}

TEST_F(WorldItself, IsTheSameForTheSameSeed) {
  const auto run_of = [](std::uint64_t seed) {
    World world({.seed = seed, .start = kStart});
    const Digest digest = world.push("shop/demo", "1", {}, kStart);
    EXPECT_TRUE(world.create(service_object("demo", pinned_image("shop/demo", digest))));
    world.advance_to(kStart + minutes(1));
    HttpRequest request;
    request.url = "https://kube.sandbox/apis/serving.knative.dev/v1/revisions";
    return world.handle(request)->body;
  };
  EXPECT_EQ(run_of(3), run_of(3));
  EXPECT_NE(run_of(3), run_of(4));
}

TEST_F(WorldItself, TellsVirtualTimeInItsAnswers) {
  run(minutes(5));
  EXPECT_EQ(find_header(kube("GET", kServicesPath).headers, "Date"),
            format_http_date(kStart + minutes(5)));
}

TEST_F(WorldItself, BreaksForAsLongAsItIsToldTo) {
  world_.fail(kKubeHost, {.status = 503, .body = "busy"}, seconds(10));
  EXPECT_EQ(kube("GET", kServicesPath).status, 503);
  run(seconds(10));
  EXPECT_EQ(kube("GET", kServicesPath).status, 200);
  world_.fail(kKubeHost, {}, seconds(10));
  HttpRequest request;
  request.url = "https://kube.sandbox/api/v1/namespaces";
  EXPECT_FALSE(world_.handle(request));
}

TEST_F(WorldItself, EndsImagesSomeTimeAfterTheirFirstRequests) {
  make_demo();
  set_image({.crashes_after_traffic = seconds(20), .exit_code = 7});
  settle();
  set_traffic(Json::array({target("demo-00001", 90), target("demo-00002", 10)}));
  run(seconds(15));
  EXPECT_EQ(revision("demo-00002").ready.status, Tri::kTrue);
  run(seconds(10));
  EXPECT_EQ(revision("demo-00002").ready.reason, "ExitCode7");
}

TEST_F(WorldItself, RestartsACrashingContainerAfterAWhile) {
  make_demo();
  set_image({.starts = StartsAs::kCrashing});
  run(seconds(4));
  EXPECT_EQ(pods("demo-00002").most_exits, 1);
  run(seconds(11));
  EXPECT_EQ(pods("demo-00002").most_exits, 2);
}

TEST_F(WorldItself, KeepsABoundedNumberOfRevisionsThatNobodyRoutes) {
  make_demo();
  for (std::size_t i = 0; i < kMaxIdleRevisions + 5; ++i) {
    set_image({});
    settle();
  }
  const std::size_t there =
      Json::parse(kube("GET", "/apis/serving.knative.dev/v1/revisions").body)["items"].size();
  EXPECT_EQ(there, kMaxIdleRevisions + 2);  // the routed one and the latest
  EXPECT_EQ(revision("demo-00001").ready.status, Tri::kTrue);
}

TEST_F(WorldItself, ForgetsHistoryBeyondItsBound) {
  make_demo();
  const std::string since = service().resource_version;
  for (std::size_t i = 0; i <= kMaxHistoryChanges; ++i) {
    set_traffic(Json::array({target("demo-00001", 100, "t" + std::to_string(i))}));
  }
  const auto watched =
      kube("GET", std::string(kServicesPath) + "?watch=1&resourceVersion=" + since);
  EXPECT_EQ(watched.status, 200);
  EXPECT_EQ(Json::parse(watched.body)["object"]["code"], 410);
}

TEST_F(WorldItself, DoesNotGoOnWithAListOfAVersionThatIsForgotten) {
  make_demo();
  ASSERT_TRUE(world_.create(service_object("other", "registry.sandbox/shop/demo:1")));
  const Json first = Json::parse(kube("GET", std::string(kServicesPath) + "?limit=1").body);
  const std::string token = first["metadata"]["continue"];
  world_.compact();
  set_traffic(Json::array({target("demo-00001", 100, "t")}));
  world_.compact();
  const auto next = kube("GET", std::string(kServicesPath) + "?continue=" + percent_encode(token));
  EXPECT_EQ(next.status, 410);
}

struct Request {
  const char* sentence;
  const char* method;
  const char* path;
  const char* media_type;
  const char* body;
  int status;
};

TEST_F(WorldItself, RefusesWhatItDoesNotSimulate) {
  make_demo();
  const Request rows[] = {
      {"server-side apply", "PATCH", kDemoPath, "application/apply-patch+yaml", "{}", 415},
      {"orphans", "DELETE",
       "/apis/serving.knative.dev/v1/namespaces/default/services/demo?propagationPolicy=Orphan",
       "application/json", "", 400},
      {"selectors of fields", "GET", "/api/v1/pods?fieldSelector=metadata.name%3Da",
       "application/json", "", 400},
      {"selectors of sets", "GET", "/api/v1/pods?labelSelector=a%20in%20%28b%29",
       "application/json", "", 400},
      {"writers of a Route besides Knative", "PATCH",
       "/apis/serving.knative.dev/v1/namespaces/default/routes/demo",
       "application/merge-patch+json", "{}", 400},
      {"kinds that it does not have", "GET", "/apis/apps/v1/deployments", "application/json", "",
       404}};
  for (const Request& row : rows) {
    EXPECT_EQ(kube(row.method, row.path, row.body, row.media_type).status, row.status)
        << row.sentence;
  }
}

TEST_F(WorldTest, ATagsHostAnswersAsItsRevisionDoes) {
  make_demo();
  (void)set_image({.fails_gates = true});
  settle();
  EXPECT_EQ(set_traffic(
                Json::array({target("demo-00001", 100, "stable"), target("demo-00002", 0, "next")}))
                .status,
            200);
  settle();
  EXPECT_EQ(send("GET", "http://stable-demo.default.example.com/").status, 200);
  EXPECT_EQ(send("GET", "http://next-demo.default.example.com/").status, 500);
  EXPECT_EQ(send("GET", "http://next-demo.default.example.com/").body, "demo-00002");
  HttpRequest request;
  request.url = "http://other-demo.default.example.com/";
  EXPECT_FALSE(world_.handle(request));
}

class Guarded : public WorldTest {
 protected:
  Guarded() : WorldTest({.seed = 7, .start = kStart, .users = {{"good-token", "alice"}}}) {}
  int get(const std::string& token) {
    HttpRequest request;
    request.url = std::string("https://kube.sandbox") + kServicesPath;
    if (!token.empty()) request.headers = {{"Authorization", "Bearer " + token}};
    return world_.handle(request)->status;
  }
};

TEST_F(Guarded, LetsInOnlyKnownTokens) {
  EXPECT_EQ(get(""), 401);
  EXPECT_EQ(get("bad-token"), 401);
  EXPECT_EQ(get("good-token"), 200);
}

}  // namespace
}  // namespace freshet::sandbox
