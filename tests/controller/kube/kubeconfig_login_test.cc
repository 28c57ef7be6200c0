// Users that log in by a program: as the tools of EKS, GKE, AKS and OIDC write them.
#include <gtest/gtest.h>

#include "controller/kube/kubeconfig.h"

namespace freshet {
namespace {

KubeSources no_sources() {
  return {[](const std::string&) { return std::nullopt; },
          [](const std::string& path) -> Result<std::string> {
            return make_error(ErrorKind::kNotFound, "cannot read " + path);
          }};
}

Result<ClusterAccess> read_user_of(const std::string& user,
                                   const std::string& server = "https://api:6443") {
  const std::string text =
      "current-context: one\ncontexts: [{name: one, context: {cluster: c, user: u}}]\n"
      "clusters:\n- name: c\n  cluster:\n    server: " +
      server +
      "\n    certificate-authority-data: Q0E=\n"
      "    extensions:\n    - name: client.authentication.k8s.io/exec\n"
      "      extension: {audience: \"12\"}\n"
      "users:\n- name: u\n  user:\n" +
      user;
  return read_kubeconfig(text, "/home/ann/.kube/config", {}, no_sources());
}

TEST(KubeconfigLogin, IsReadAsTheToolsOfTheCloudsWriteIt) {
  struct Row {
    const char* sentence;
    std::string user;
    ExecLogin login;
  };
  const Row rows[] = {
      {"EKS",
       "    exec:\n      apiVersion: client.authentication.k8s.io/v1beta1\n      args:\n"
       "      - --region\n      - eu-west-1\n      - eks\n      - get-token\n"
       "      command: aws\n      env:\n      - name: AWS_PROFILE\n        value: prod\n",
       {"client.authentication.k8s.io/v1beta1",
        "aws",
        {"--region", "eu-west-1", "eks", "get-token"},
        {{"AWS_PROFILE", "prod"}},
        InteractiveMode::kIfAvailable,
        "",
        ""}},
      {"GKE",
       "    exec:\n      apiVersion: client.authentication.k8s.io/v1beta1\n"
       "      command: gke-gcloud-auth-plugin\n      env: null\n"
       "      installHint: Install gke-gcloud-auth-plugin\n      interactiveMode: Never\n"
       "      provideClusterInfo: true\n",
       {"client.authentication.k8s.io/v1beta1",
        "gke-gcloud-auth-plugin",
        {},
        {},
        InteractiveMode::kNever,
        "Install gke-gcloud-auth-plugin",
        R"({"certificate-authority-data":"Q0E=","config":{"audience":"12"},)"
        R"("server":"https://api:6443"})"}},
      {"a path is the kubeconfig's",
       "    exec: {apiVersion: client.authentication.k8s.io/v1, command: ./bin/login, "
       "interactiveMode: Always}\n",
       {"client.authentication.k8s.io/v1",
        "/home/ann/.kube/./bin/login",
        {},
        {},
        InteractiveMode::kAlways,
        "",
        ""}},
  };
  for (const Row& row : rows) {
    const auto access = read_user_of(row.user);
    ASSERT_TRUE(access) << row.sentence << ": " << access.error().message;
    EXPECT_EQ(access->login, row.login) << row.sentence;
  }
}

TEST(KubeconfigLogin, IsNotDoneWhereThereIsAToken) {
  const auto access = read_user_of("    token: canary\n    exec: {command: aws}\n");
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->login, std::nullopt);
}

TEST(KubeconfigLogin, WhatCannotBeRunIsRefusedInASentence) {
  const std::string v1 = "apiVersion: client.authentication.k8s.io/v1, ";
  struct Row {
    std::string exec;
    const char* said;
  };
  const Row rows[] = {
      {"apiVersion: client.authentication.k8s.io/v1alpha1, command: aws",
       "the user's exec.apiVersion is 'client.authentication.k8s.io/v1alpha1'; allowed: "
       "client.authentication.k8s.io/v1 and v1beta1 (a newer release of the program may speak "
       "them)"},
      {v1 + "interactiveMode: Never", "the user's exec has no command"},
      {v1 + "command: aws",
       "the user's exec.interactiveMode is ''; allowed: Never, IfAvailable, Always"},
      {v1 + "command: aws, interactiveMode: Never, env: [{name: A=B, value: c}]",
       "the user's exec.env has a variable without a usable name"},
  };
  for (const Row& row : rows) {
    const auto access = read_user_of("    exec: {" + row.exec + "}\n");
    ASSERT_FALSE(access) << row.said;
    EXPECT_EQ(access.error(),
              bad_input("context one of /home/ann/.kube/config: " + std::string(row.said)));
  }
  const auto plain =
      read_user_of("    exec: {" + v1 + "command: aws, interactiveMode: Never}\n", "http://api:80");
  ASSERT_FALSE(plain);
  EXPECT_TRUE(plain.error().message.ends_with("would send its token over plain http"));
}

}  // namespace
}  // namespace freshet
