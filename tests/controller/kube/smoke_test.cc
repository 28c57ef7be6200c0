// The client against a real API server: TLS, client certificate, conflicts, watches, Events.
// Not part of a plain ctest: tests/cluster/lab exec ctest --test-dir build/dev -C cluster -R smoke
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/clock.h"
#include "controller/kube/events.h"
#include "controller/kube/kubeconfig.h"
#include "controller/kube/store.h"
#include "controller/kube/watcher.h"
#include "controller/net/curl_transport.h"

namespace freshet {
namespace {

const std::string kMaps = "/api/v1/namespaces/default/configmaps";
const std::string kMap = kMaps + "/freshet-smoke";

// Waits on an observed condition, at most ten seconds.
bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    sleep_for(milliseconds(10));
  }
  return false;
}

class Smoke : public ::testing::Test {
 protected:
  void SetUp() override {
    auto found = find_cluster_access({}, machine_sources());
    ASSERT_TRUE(found) << found.error().message;
    access_ = *found;
    NetOptions options;
    options.only_ca_pem = access_.ca_pem;
    options.client_certificate_pem = access_.client_certificate_pem;
    options.client_key_pem = access_.client_key_pem;
    options.addresses.allow_private = true;
    options.stop = [this] { return stop_.load(); };
    transport_ = std::move(*make_curl_transport(options));
    tokens_ = std::make_unique<TokenSource>(access_.token);
    client_ = std::make_unique<KubeClient>(*transport_, *tokens_, clock_, client_options());
    (void)client_->del(kMap);
    ASSERT_TRUE(eventually([&] { return !client_->get(kMap); }));
    auto made = client_->post(kMaps, {{"apiVersion", "v1"},
                                      {"kind", "ConfigMap"},
                                      {"metadata", {{"name", "freshet-smoke"}}},
                                      {"data", {{"seen", "0"}}}});
    ASSERT_TRUE(made) << made.error().message;
    made_at_ = string_or(at_path(made->body, {"metadata"}), "resourceVersion");
  }

  KubeClientOptions client_options() const {
    KubeClientOptions options;
    options.server = access_.server;
    return options;
  }
  Result<ServerReply> set_seen(const std::string& value) {
    return client_->merge_patch(kMap, {{"data", {{"seen", value}}}});
  }

  SystemClock clock_;
  ClusterAccess access_;
  std::atomic<bool> stop_ = false;
  std::unique_ptr<HttpTransport> transport_;
  std::unique_ptr<TokenSource> tokens_;
  std::unique_ptr<KubeClient> client_;
  std::string made_at_;
};

TEST_F(Smoke, ListsKnativeServicesWithTheServersTime) {
  const auto services = client_->list("/apis/serving.knative.dev/v1/services");
  ASSERT_TRUE(services) << services.error().message;
  EXPECT_FALSE(services->resource_version.empty());
  EXPECT_LT(std::chrono::abs(services->server_time - clock_.now()), seconds(5));
}

TEST_F(Smoke, AWriteWithAStaleResourceVersionIsAConflict) {
  ASSERT_TRUE(set_seen("1"));
  const Json guarded =
      Json::array({{{"op", "replace"}, {"path", "/metadata/resourceVersion"}, {"value", made_at_}},
                   {{"op", "replace"}, {"path", "/data/seen"}, {"value", "2"}}});
  EXPECT_EQ(client_->json_patch(kMap, guarded).error().kind, ErrorKind::kConflict);
  const Json merge = {{"metadata", {{"resourceVersion", made_at_}}}, {"data", {{"seen", "2"}}}};
  const auto reply = client_->merge_patch(kMap, merge);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, ErrorKind::kConflict);
  EXPECT_NE(reply.error().message.find("the object has been modified"), std::string::npos)
      << reply.error().message;
  const Json tested = Json::array({{{"op", "test"}, {"path", "/data/seen"}, {"value", "0"}}});
  EXPECT_EQ(client_->json_patch(kMap, tested).error().kind, ErrorKind::kRefused);
  EXPECT_EQ(client_->get(kMaps + "/lost").error().kind, ErrorKind::kNotFound);
}

TEST_F(Smoke, AWatchBringsEachChangeWithinASecondAndStopsWithinOne) {
  ObjectStore store;
  WatchOptions options;
  options.path = kMaps + "?fieldSelector=metadata.name%3Dfreshet-smoke";
  Watcher watcher(
      *client_, clock_, options, [&](const WatchEvent& event) { (void)store.apply(event); },
      [] { return 0.0; });
  std::jthread thread([&] { watcher.run_until_stopped([this] { return stop_.load(); }); });
  ASSERT_TRUE(eventually([&] { return watcher.in_sync(); }));
  Duration slowest{0};
  for (int i = 1; i <= 20; ++i) {
    const std::string value = std::to_string(i);
    ASSERT_TRUE(set_seen(value));
    const Duration written = clock_.monotonic();
    EXPECT_TRUE(eventually([&] {
      const JsonPtr object = store.get("default/freshet-smoke");
      return object && string_or(at_path(*object, {"data"}), "seen") == value;
    }));
    slowest = std::max(slowest, clock_.monotonic() - written);
  }
  RecordProperty("slowest_event_ms", std::to_string(slowest.count()));
  EXPECT_LT(slowest, seconds(1));
  ASSERT_TRUE(client_->del(kMap));
  EXPECT_TRUE(eventually([&] { return store.get("default/freshet-smoke") == nullptr; }));
  const Duration asked = clock_.monotonic();
  stop_ = true;
  thread.join();
  EXPECT_LT(clock_.monotonic() - asked, seconds(1));
}

TEST_F(Smoke, AListAtAVersionThatTheServerHasNotReachedFallsBackToTheNewestState) {
  Watch watch({.path = kMaps});
  const std::string ahead = R"({"items":[],"metadata":{"resourceVersion":"999999999999"}})";
  (void)watch.on_page(HttpResponse{200, {}, ahead}, clock_.now(), 0);
  watch.on_stream_begin(clock_.now());
  watch.on_stream_end(HttpResponse{410, {}, ""}, clock_.now(), 0);
  const auto refused = client_->fetch_page(watch.next(0).target);
  ASSERT_TRUE(refused) << refused.error().message;
  EXPECT_EQ(refused->status, 504) << refused->body;
  EXPECT_TRUE(watch.on_page(refused, clock_.now(), 0).empty());
  const auto events = watch.on_page(client_->fetch_page(watch.next(0).target), clock_.now(), 0);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_TRUE(events[0].is_newest);
  EXPECT_GE(events[0].items.size(), 1U);
}

TEST_F(Smoke, AnEventIsPostedOnce) {
  KubeEvent event;
  event.about = {"v1", "ConfigMap", "default", "freshet-smoke", made_at_, ""};
  event.reason = "Smoke";
  event.message = "seen";
  for (int i = 0; i < 2; ++i) {
    const Status posted = post_event(*client_, event, clock_.now());
    EXPECT_TRUE(posted) << posted.error().message;
  }
  EXPECT_TRUE(client_->get("/api/v1/namespaces/default/events/" + event_name(event)));
}

TEST_F(Smoke, AServerOfAnotherAuthorityIsNotSpokenTo) {
  NetOptions options;
  options.addresses.allow_private = true;  // the system's authorities only
  const auto other = std::move(*make_curl_transport(options));
  KubeClient stranger(*other, *tokens_, clock_, client_options());
  const auto reply = stranger.get("/version");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, ErrorKind::kTransient);
  EXPECT_NE(reply.error().message.find("certificate"), std::string::npos) << reply.error().message;
}

}  // namespace
}  // namespace freshet
