// The manifests that ship: what the controller is allowed, and how it is run.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/files.h"
#include "config/notification_sinks.h"
#include "config/webhooks.h"
#include "config/yaml.h"

namespace freshet {
namespace {

using config::Node;

// The documents of one file, of deploy/ where no folder is named; strictly read.
std::vector<Node> manifests(const std::string& name) {
  std::vector<Node> roots;
  const std::string path = name.find('/') == name.npos ? "deploy/" + name : name;
  const Result<std::string> text = read_file(path, kMaxDocumentBytes);
  EXPECT_TRUE(text) << name;
  if (!text) return roots;
  for (config::YamlDocument& document : config::read_yaml(*text)) {
    for (const Problem& problem : document.problems) ADD_FAILURE() << to_string(problem);
    roots.push_back(std::move(document.root));
  }
  return roots;
}

const Node& at(const Node& root, const std::vector<std::string>& path) {
  const Node* node = &root;
  for (const std::string& key : path) {
    const Node* next = node->find(key);
    if (!next && !key.empty() && key.front() >= '0' && key.front() <= '9') {
      const auto index = static_cast<std::size_t>(std::stoul(key));
      if (index < node->items.size()) next = &node->items[index];
    }
    static const Node kNothing;
    if (!next) return kNothing;
    node = next;
  }
  return *node;
}

std::string words(const Node& list) {
  std::string out;
  for (const Node& item : list.items) out += (out.empty() ? "" : " ") + item.text;
  return out;
}

// "group/resource" → verbs, of the ClusterRole called `name`.
std::map<std::string, std::string> rights_of(const std::string& name,
                                             const std::string& file = "rbac.yaml",
                                             const std::string& kind = "ClusterRole") {
  std::map<std::string, std::string> rights;
  for (const Node& root : manifests(file)) {
    if (at(root, {"kind"}).text != kind) continue;
    if (at(root, {"metadata", "name"}).text != name) continue;
    for (const Node& rule : at(root, {"rules"}).items) {
      for (const Node& resource : at(rule, {"resources"}).items) {
        std::string key = words(at(rule, {"apiGroups"})) + "/" + resource.text;
        const std::string only = words(at(rule, {"resourceNames"}));
        if (!only.empty()) key += " " + only;
        rights[key] = words(at(rule, {"verbs"}));
      }
    }
  }
  return rights;
}

TEST(Deploy, TaskRunsAreGrantedByAFileOfTheirOwn) {
  const std::map<std::string, std::string> expected = {{"tekton.dev/taskruns", "create get patch"}};
  EXPECT_EQ(rights_of("freshet-tekton", "tekton.yaml"), expected);
}

TEST(Deploy, TheControllerMayDoThisAndNothingBesides) {
  const std::map<std::string, std::string> expected = {
      {"freshet.dev/trackedservices", "get list watch patch"},
      {"freshet.dev/trackedservices/status", "patch"},
      {"freshet.dev/rolloutpolicies", "list watch"},
      {"freshet.dev/rolloutapprovals", "list watch"},
      {"freshet.dev/rolloutpolicies/status", "patch"},
      {"serving.knative.dev/services", "get list watch patch"},
      {"serving.knative.dev/revisions", "list watch"},
      {"/pods", "list"},
      {"/events", "create"},
      {"/serviceaccounts", "get"}};
  EXPECT_EQ(rights_of("freshet-controller"), expected);
  const std::map<std::string, std::string> of_no_namespace = {
      {"freshet.dev/clusterrolloutpolicies", "list watch"},
      {"freshet.dev/clusterrolloutpolicies/status", "patch"},
      {"/nodes", "list"},
      {"apiextensions.k8s.io/customresourcedefinitions trackedservices.freshet.dev "
       "rolloutpolicies.freshet.dev clusterrolloutpolicies.freshet.dev "
       "rolloutapprovals.freshet.dev",
       "get"}};
  EXPECT_EQ(rights_of("freshet-controller-cluster"), of_no_namespace);
}

TEST(Deploy, TheApiIsGrantedByAFileOfItsOwnAndItsOperatorsWriteNothing) {
  const std::map<std::string, std::string> reviews = {
      {"authentication.k8s.io/tokenreviews", "create"},
      {"authorization.k8s.io/subjectaccessreviews", "create"}};
  EXPECT_EQ(rights_of("freshet-api", "api.yaml"), reviews);
  const std::map<std::string, std::string> operators = {
      {"freshet.dev/trackedservices",
       "get list watch promote abort pause resume retry adopt repair rollback"}};
  EXPECT_EQ(rights_of("freshet-operator", "api.yaml"), operators);
}

// Creating cannot be granted by name; Freshet updates by guarded patches.
TEST(Deploy, TheElectionMayDoThisInItsOwnNamespace) {
  const std::map<std::string, std::string> expected = {
      {"coordination.k8s.io/leases", "create"},
      {"coordination.k8s.io/leases freshet", "get patch"}};
  EXPECT_EQ(rights_of("freshet-election", "rbac.yaml", "Role"), expected);
}

TEST(Deploy, OfTwoReplicasOnDifferentNodesOneMayBeDrained) {
  const std::vector<Node> roots = manifests("deployment.yaml");
  ASSERT_EQ(roots.size(), 2u);
  const Node& spec = at(roots[0], {"spec"});
  EXPECT_EQ(at(spec, {"replicas"}).text, "2");
  const Node& apart =
      at(spec, {"template", "spec", "affinity", "podAntiAffinity",
                "preferredDuringSchedulingIgnoredDuringExecution", "0", "podAffinityTerm"});
  EXPECT_EQ(at(apart, {"topologyKey"}).text, "kubernetes.io/hostname");
  EXPECT_EQ(at(roots[1], {"kind"}).text, "PodDisruptionBudget");
  EXPECT_EQ(at(roots[1], {"spec", "maxUnavailable"}).text, "1");
  const char* label = "app.kubernetes.io/name";
  EXPECT_EQ(at(apart, {"labelSelector", "matchLabels", label}).text, "freshet");
  EXPECT_EQ(at(roots[1], {"spec", "selector", "matchLabels", label}).text, "freshet");
}

TEST(Deploy, PullSecretsAreReadByNameWhereThatIsGranted) {
  const std::map<std::string, std::string> expected = {{"/secrets regcred", "get"}};
  EXPECT_EQ(rights_of("freshet-pull-secrets", "examples/install/private-registry/pull-secrets.yaml",
                      "Role"),
            expected);
}

TEST(Deploy, UsersOfANamespaceNeverWriteStatus) {
  const std::map<std::string, std::string> edit = {
      {"freshet.dev/trackedservices", "get list watch create update patch delete"}};
  const std::map<std::string, std::string> view = {
      {"freshet.dev/trackedservices", "get list watch"},
      {"freshet.dev/rolloutpolicies", "get list watch"},
      {"freshet.dev/clusterrolloutpolicies", "get list watch"},
      {"freshet.dev/rolloutapprovals", "get list watch"}};
  EXPECT_EQ(rights_of("freshet-edit"), edit);
  EXPECT_EQ(rights_of("freshet-view"), view);
}

// Whoever may write policies decides when others may roll out: administrators only.
TEST(Deploy, PoliciesAreWrittenByThoseWhoMayAndNotByEveryEditor) {
  const std::map<std::string, std::string> of_namespace = {
      {"freshet.dev/rolloutpolicies", "get list watch create update patch delete"}};
  const std::map<std::string, std::string> of_cluster = {
      {"freshet.dev/clusterrolloutpolicies", "get list watch create update patch delete"}};
  EXPECT_EQ(rights_of("freshet-policies"), of_namespace);
  EXPECT_EQ(rights_of("freshet-cluster-policies"), of_cluster);
  const std::map<std::string, std::string> approvers = {
      {"freshet.dev/rolloutapprovals", "get list watch create delete"},
      {"freshet.dev/trackedservices", "get list"}};
  EXPECT_EQ(rights_of("freshet-approver"), approvers);
}

// Cilium takes no block of addresses for pods or nodes; and what listens must be let in.
TEST(Deploy, TheNetworkPoliciesLetPodsTheApiServerAndEveryPortThatListensThrough) {
  const std::vector<Node> roots = manifests("network-policy.yaml");
  ASSERT_EQ(roots.size(), 1u);
  bool pods = false;
  std::string without_address;
  for (const Node& rule : at(roots[0], {"spec", "egress"}).items) {
    pods |= at(rule, {"to", "0"}).find("namespaceSelector") != nullptr;
    if (rule.find("to") != nullptr) continue;
    for (const Node& port : at(rule, {"ports"}).items) {
      without_address += at(port, {"port"}).text + " ";
    }
  }
  EXPECT_TRUE(pods);
  EXPECT_EQ(without_address, "53 53 443 6443 ");
  std::string service_port, let_in;
  for (const Node& root : manifests("api.yaml")) {
    const std::string kind = at(root, {"kind"}).text;
    if (kind == "Service") service_port = at(root, {"spec", "ports", "0", "targetPort"}).text;
    if (kind == "NetworkPolicy")
      let_in = at(root, {"spec", "ingress", "0", "ports", "0", "port"}).text;
  }
  EXPECT_EQ(let_in, service_port);
}

TEST(Deploy, TheControllerRunsRestrictedWithProbes) {
  const std::vector<Node> roots = manifests("deployment.yaml");
  ASSERT_FALSE(roots.empty());
  const Node& pod = at(roots[0], {"spec", "template", "spec"});
  const Node& container = at(pod, {"containers", "0"});
  EXPECT_EQ(words(at(container, {"command"})), "freshet controller");
  EXPECT_EQ(words(at(container, {"args"})),
            "--prometheus=http://prometheus.monitoring:9090 --listen=:9080 --leader-elect");
  EXPECT_EQ(at(container, {"livenessProbe", "httpGet", "path"}).text, "/healthz");
  EXPECT_EQ(at(container, {"readinessProbe", "httpGet", "path"}).text, "/readyz");
  EXPECT_EQ(at(container, {"securityContext", "allowPrivilegeEscalation"}).text, "false");
  EXPECT_EQ(at(container, {"securityContext", "readOnlyRootFilesystem"}).text, "true");
  EXPECT_EQ(words(at(container, {"securityContext", "capabilities", "drop"})), "ALL");
  EXPECT_EQ(at(pod, {"securityContext", "runAsNonRoot"}).text, "true");
  EXPECT_EQ(at(pod, {"securityContext", "seccompProfile", "type"}).text, "RuntimeDefault");
  EXPECT_EQ(at(pod, {"serviceAccountName"}).text, "freshet");
}

TEST(Deploy, TheKustomizationNamesEveryManifestOnce) {
  const std::vector<Node> roots = manifests("kustomization.yaml");
  ASSERT_EQ(roots.size(), 1u);
  EXPECT_EQ(words(at(roots[0], {"resources"})),
            "namespace.yaml crd.yaml rbac.yaml deployment.yaml network-policy.yaml");
  for (const Node& resource : at(roots[0], {"resources"}).items) {
    EXPECT_FALSE(manifests(resource.text).empty()) << resource.text;
  }
}

TEST(Deploy, TheExampleOfWebhooksIsInOrderAndEveryReceiverHasASecretOfItsOwn) {
  const auto all = manifests("examples/install/webhooks/webhooks.yaml");
  ASSERT_EQ(all.size(), 3u);
  const auto parsed = parse_webhook_receivers(at(all[0], {"data", "receivers.yaml"}).text);
  for (const Problem& problem : parsed.problems) ADD_FAILURE() << to_string(problem);
  ASSERT_EQ(parsed.receivers.size(), 3u);
  for (const WebhookReceiver& receiver : parsed.receivers) {
    EXPECT_EQ(receiver.secret_file, "/etc/freshet/webhook-secrets/" + receiver.name);
    EXPECT_NE(at(all[1], {"stringData"}).find(receiver.name), nullptr) << receiver.name;
  }
}

TEST(Deploy, TheExampleOfNotificationsIsInOrderAndEveryFileIsAKeyOfItsSecret) {
  const auto all = manifests("examples/install/notifications/notifications.yaml");
  ASSERT_EQ(all.size(), 2u);
  const auto parsed = parse_notification_sinks(at(all[0], {"data", "sinks.yaml"}).text);
  for (const Problem& problem : parsed.problems) ADD_FAILURE() << to_string(problem);
  ASSERT_EQ(parsed.sinks.size(), 4u);
  const std::string folder = "/etc/freshet/notification-secrets/";
  for (const NotificationSink& sink : parsed.sinks) {
    for (const std::string& file : {sink.url_file, sink.authorization_file, sink.secret_file}) {
      if (file.empty()) continue;
      ASSERT_TRUE(file.starts_with(folder)) << file;
      EXPECT_NE(at(all[1], {"stringData"}).find(file.substr(folder.size())), nullptr) << file;
    }
  }
}

}  // namespace
}  // namespace freshet
