// Platforms of the cluster's nodes: which count, page by page, and what a refusal means.
#include "controller/runtime/nodes.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "controller/net/local_transport.h"

namespace freshet {
namespace {

Json node(const std::string& architecture, Json spec = Json::object()) {
  return {
      {"spec", std::move(spec)},
      {"status", {{"nodeInfo", {{"operatingSystem", "linux"}, {"architecture", architecture}}}}}};
}

Json tainted(const std::string& effect) {
  return {{"taints", Json::array({{{"key", "k"}, {"effect", effect}}})}};
}

TEST(NodePlatforms, AreOfNodesThatTakeAnyPod) {
  struct NodeRow {
    const char* sentence;
    Json node;
    bool counts;
  };
  const std::vector<NodeRow> rows = {
      {"a node like any", node("arm64"), true},
      {"a cordoned one", node("arm64", {{"unschedulable", true}}), false},
      {"one that keeps pods off", node("arm64", tainted("NoSchedule")), false},
      {"or throws them out", node("arm64", tainted("NoExecute")), false},
      {"one that is only the last choice", node("arm64", tainted("PreferNoSchedule")), true},
      {"one that has not told yet", {{"spec", Json::object()}}, false},
      {"text that is no platform", node("arm 64"), false},
  };
  for (const NodeRow& row : rows) {
    std::set<Platform> platforms;
    add_platforms({{"items", Json::array({row.node})}}, platforms);
    EXPECT_EQ(platforms.size(), row.counts ? 1u : 0u) << row.sentence;
  }
}

class NodesTest : public ::testing::Test {
 protected:
  Result<HttpResponse> answer(const HttpRequest& request) {
    asked_.push_back(request.url);
    if (denied_) return HttpResponse{403, {}, R"({"kind":"Status","message":"no nodes for you"})"};
    Json list = {{"items", Json::array({node("amd64")})}, {"metadata", Json::object()}};
    if (request.url.find("continue=") == std::string::npos) {
      list["metadata"]["continue"] = "more";
    } else {
      list["items"] = Json::array({node("arm64")});
    }
    return HttpResponse{200, {}, dump_json(list)};
  }

  ManualClock clock_{from_unix_seconds(1'790'000'000)};
  std::vector<std::string> asked_;
  bool denied_ = false;
  LocalTransport cluster_{[this](const HttpRequest& request) { return answer(request); }};
  TokenSource tokens_{Secret("t")};
  KubeClient kube_{cluster_, tokens_, clock_, KubeClientOptions{.server = "https://kube"}};
  Nodes nodes_{kube_, clock_};
};

TEST_F(NodesTest, AreListedPageByPageAndAgainLater) {
  EXPECT_FALSE(nodes_.asked());
  const auto read = nodes_.list_if_due();
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->changed);
  EXPECT_EQ(asked_, (std::vector<std::string>{"https://kube/api/v1/nodes?limit=50",
                                              "https://kube/api/v1/nodes?limit=50&continue=more"}));
  EXPECT_EQ(nodes_.platforms(),
            (std::vector<Platform>{{"linux", "amd64", ""}, {"linux", "arm64", ""}}));
  EXPECT_FALSE(nodes_.list_if_due());
  clock_.advance(kListNodesEvery);
  const auto again = nodes_.list_if_due();
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->changed);
}

TEST_F(NodesTest, ARefusalIsToldOnceAndIsNoList) {
  denied_ = true;
  const auto read = nodes_.list_if_due();
  ASSERT_TRUE(read);
  EXPECT_NE(read->trouble.find("no nodes for you"), std::string::npos);
  EXPECT_TRUE(nodes_.asked());
  EXPECT_EQ(nodes_.platforms(), std::nullopt);
  EXPECT_EQ(nodes_.next_due(), clock_.now() + kListNodesEvery);
  clock_.advance(kListNodesEvery);
  EXPECT_EQ(nodes_.list_if_due()->trouble, "");
}

}  // namespace
}  // namespace freshet
