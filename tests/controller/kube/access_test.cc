// Which cluster is found: flags, KUBECONFIG, the pod, the home folder, in this order.
#include <gtest/gtest.h>

#include <map>

#include "controller/kube/kubeconfig.h"

namespace freshet {
namespace {

using Map = std::map<std::string, std::string>;

std::string config(const std::string& server, const std::string& context = "one") {
  return "current-context: " + context + "\ncontexts: [{name: " + context +
         ", context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: '" + server + "'}}]\n";
}

const Map kPodFiles = {{"/var/run/secrets/kubernetes.io/serviceaccount/ca.crt", "POD CA"},
                       {"/var/run/secrets/kubernetes.io/serviceaccount/namespace", "freshet\n"}};
const Map kPodVariables = {{"KUBERNETES_SERVICE_HOST", "10.0.0.1"},
                           {"KUBERNETES_SERVICE_PORT", "443"}};

struct World {
  Map variables = {{"HOME", "/home/ann"}};
  Map files;
  World with(const Map& more_variables, const Map& more_files) const {
    World world = *this;
    world.variables.insert(more_variables.begin(), more_variables.end());
    world.files.insert(more_files.begin(), more_files.end());
    return world;
  }
  KubeSources sources() const {
    return {[this](const std::string& name) -> std::optional<std::string> {
              const auto found = variables.find(name);
              return found == variables.end() ? std::nullopt : std::optional(found->second);
            },
            [this](const std::string& path) -> Result<std::string> {
              const auto found = files.find(path);
              if (found != files.end()) return found->second;
              return make_error(ErrorKind::kNotFound, "cannot read " + path);
            }};
  }
  std::string server(const KubeFlags& flags = {}) const {
    const auto access = find_cluster_access(flags, sources());
    return access ? access->server : "error: " + access.error().message;
  }
};

const World kHome = World().with({}, {{"/home/ann/.kube/config", config("https://home")}});
const World kPod = kHome.with(kPodVariables, kPodFiles);
const World kListed =
    kPod.with({{"KUBECONFIG", ":/lost:/a:/b"}},
              {{"/a", config("https://a", "in-a")}, {"/b", config("https://b", "in-b")}});

TEST(ClusterAccess, IsTakenFromTheFirstPlaceThatHasIt) {
  EXPECT_EQ(kHome.server(), "https://home");
  EXPECT_EQ(kPod.server(), "https://10.0.0.1:443");
  EXPECT_EQ(kListed.server(), "https://a");
  EXPECT_EQ(kListed.server({.kubeconfig = "/b", .context = ""}), "https://b");
}

TEST(ClusterAccess, AContextIsTakenFromTheFirstFileThatHasItAndNeverFromThePod) {
  EXPECT_EQ(kListed.server({.kubeconfig = "", .context = "in-b"}), "https://b");
  EXPECT_EQ(kPod.server({.kubeconfig = "", .context = "one"}), "https://home");
}

TEST(ClusterAccess, WhatIsMissingIsNamed) {
  EXPECT_EQ(
      World().server(),
      "error: no cluster to talk to: no --kubeconfig, no KUBECONFIG, not in a pod, and cannot "
      "read /home/ann/.kube/config");
  EXPECT_EQ(kHome.server({.kubeconfig = "/lost", .context = ""}), "error: cannot read /lost");
  EXPECT_EQ(kListed.server({.kubeconfig = "", .context = "in-c"}),
            "error: KUBECONFIG names no usable file: cannot read /lost; /a has no context in-c; /b "
            "has no context in-c");
}

TEST(ClusterAccess, ABadFileIsNotSkipped) {
  const World world = kHome.with({{"KUBECONFIG", "/bad:/good"}},
                                 {{"/bad", "a: ["}, {"/good", config("https://good")}});
  EXPECT_TRUE(world.server().starts_with("error: /bad: ")) << world.server();
}

TEST(ClusterAccess, OfAPodIsItsServiceAccount) {
  const auto access = in_cluster_access(kPod.sources());
  ASSERT_TRUE(access) << access.error().message;
  ClusterAccess expected;
  expected.origin = "the pod's service account";
  expected.server = "https://10.0.0.1:443";
  expected.name_space = "freshet";
  expected.ca_pem = "POD CA";
  expected.token_file = "/var/run/secrets/kubernetes.io/serviceaccount/token";
  EXPECT_EQ(*access, expected);
  World v6 = kPod;
  v6.variables["KUBERNETES_SERVICE_HOST"] = "fd00::1";
  EXPECT_EQ(in_cluster_access(v6.sources())->server, "https://[fd00::1]:443");
}

}  // namespace
}  // namespace freshet
