// The client over real connections: TLS, and watches that stay open. What an API server answers is
// for tests/conformance. Not part of a plain ctest; tests/cluster/lab test runs it.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/clock.h"
#include "controller/kube/kubeconfig.h"
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

std::string seen_in(const Json& map) { return string_or(at_path(map, {"data"}), "seen"); }

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
};

TEST_F(Smoke, AWatchBringsEachChangeWithinASecondAndStopsWithinOne) {
  std::mutex mutex;
  std::string seen;  // of the map; "": it is not there
  const auto take = [&](const WatchEvent& event) {
    const std::lock_guard lock(mutex);
    for (const JsonPtr& item : event.items) seen = seen_in(*item);
    if (event.object) seen = event.type == WatchEvent::Type::kDeleted ? "" : seen_in(*event.object);
  };
  const auto is_seen = [&](const std::string& value) {
    const std::lock_guard lock(mutex);
    return seen == value;
  };
  WatchOptions options;
  options.path = kMaps + "?fieldSelector=metadata.name%3Dfreshet-smoke";
  Watcher watcher(*client_, clock_, options, take, [] { return 0.0; });
  std::jthread thread([&] { watcher.run_until_stopped([this] { return stop_.load(); }); });
  ASSERT_TRUE(eventually([&] { return watcher.in_sync(); }));
  Duration slowest{0};
  for (int i = 1; i <= 20; ++i) {
    const std::string value = std::to_string(i);
    ASSERT_TRUE(set_seen(value));
    const Duration written = clock_.monotonic();
    EXPECT_TRUE(eventually([&] { return is_seen(value); }));
    slowest = std::max(slowest, clock_.monotonic() - written);
  }
  RecordProperty("slowest_event_ms", std::to_string(slowest.count()));
  EXPECT_LT(slowest, seconds(1));
  ASSERT_TRUE(client_->del(kMap));
  EXPECT_TRUE(eventually([&] { return is_seen(""); }));
  const Duration asked = clock_.monotonic();
  stop_ = true;
  thread.join();
  EXPECT_LT(clock_.monotonic() - asked, seconds(1));
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
