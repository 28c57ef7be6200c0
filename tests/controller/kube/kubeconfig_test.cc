// kubeconfig files: what is taken, and in which sentence the rest is refused.
#include "controller/kube/kubeconfig.h"

#include <gtest/gtest.h>

#include <map>

#include "base/text.h"

namespace freshet {
namespace {

const std::map<std::string, std::string> kFiles = {
    {"/home/ann/.kube/ca.pem", "CA FILE"},
    {"/certs/ann.pem", "CERT FILE"},
    {"/certs/ann.key", "canary-key"},
};

KubeSources sources() {
  return {[](const std::string&) { return std::nullopt; },
          [](const std::string& path) -> Result<std::string> {
            const auto found = kFiles.find(path);
            if (found != kFiles.end()) return found->second;
            return make_error(ErrorKind::kNotFound, "cannot read " + path);
          }};
}

std::string file_of(const std::string& cluster, const std::string& user) {
  return "apiVersion: v1\nkind: Config\ncurrent-context: one\n"
         "contexts:\n"
         "- name: one\n  context: {cluster: c, user: u}\n"
         "- name: two\n  context: {cluster: c, user: u, namespace: shop}\n"
         "- name: nobody\n  context: {cluster: c}\n"
         "- name: lost\n  context: {cluster: elsewhere, user: u}\n"
         "clusters:\n- name: c\n  cluster:\n" +
         cluster + "users:\n- name: u\n  user:\n" + user;
}
const std::string kServer = "    server: https://api.example:6443/\n";
const std::string kToken = "    token: canary-token\n";

Result<ClusterAccess> read(const std::string& text, const KubeFlags& flags = {}) {
  return read_kubeconfig(text, "/home/ann/.kube/config", flags, sources());
}

TEST(Kubeconfig, GivesServerAuthoritiesAndToken) {
  const auto access = read(file_of(
      kServer + "    certificate-authority-data: " + base64_encode("CA DATA") + "\n", kToken));
  ASSERT_TRUE(access) << access.error().message;
  ClusterAccess expected;
  expected.origin = "context one of /home/ann/.kube/config";
  expected.server = "https://api.example:6443";
  expected.name_space = "default";
  expected.ca_pem = "CA DATA";
  expected.token = Secret("canary-token");
  EXPECT_EQ(*access, expected);
}

TEST(Kubeconfig, TakesFilesRelativeToItselfAndTheContextNamed) {
  const auto access = read(file_of(kServer + "    certificate-authority: ca.pem\n"
                                             "    proxy-url: http://proxy:3128\n",
                                   "    client-certificate: /certs/ann.pem\n"
                                   "    client-key: /certs/ann.key\n"
                                   "    tokenFile: token\n"),
                           {.kubeconfig = "", .context = "two"});
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->name_space, "shop");
  EXPECT_EQ(access->ca_pem, "CA FILE");
  EXPECT_EQ(access->proxy, "http://proxy:3128");
  EXPECT_EQ(access->client_certificate_pem, "CERT FILE");
  EXPECT_EQ(access->client_key_pem.reveal(), "canary-key");
  EXPECT_EQ(access->token_file, "/home/ann/.kube/token");
}

TEST(Kubeconfig, AContextWithoutAUserIsAnonymous) {
  const auto access = read(file_of(kServer, kToken), {.kubeconfig = "", .context = "nobody"});
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_TRUE(access->token.empty());
}

TEST(Kubeconfig, WhatIsNotSupportedIsRefusedInASentence) {
  struct Row {
    std::string text;
    ErrorKind kind;
    const char* said;
  };
  const std::string insecure = kServer + "    insecure-skip-tls-verify: true\n";
  const Row rows[] = {
      {file_of(kServer, kToken + "    auth-provider: {name: gcp}\n"), ErrorKind::kBadInput,
       "the user logs in through an auth-provider, which Kubernetes has removed"},
      {file_of(kServer, kToken + "    username: a\n    password: canary-password\n"),
       ErrorKind::kBadInput, "the user logs in with a user name and password"},
      {file_of(kServer, kToken + "    as-groups: [admins]\n"), ErrorKind::kBadInput,
       "context one of /home/ann/.kube/config: as-uid, as-groups and as-user-extra need 'as'"},
      {file_of(kServer, kToken + "    as: \"a\\nb\"\n"), ErrorKind::kBadInput,
       "Impersonate-User: control characters are not allowed"},
      {file_of(kServer + "    tls-server-name: a/b\n", kToken), ErrorKind::kBadInput,
       "tls-server-name a/b is not a host's name"},
      {file_of(insecure, kToken), ErrorKind::kBadInput, "or say --insecure-skip-tls-verify"},
      {file_of("    server: http://api:8080\n", kToken), ErrorKind::kBadInput,
       "would send its token over plain http"},
      {file_of("    server: api:6443\n", kToken), ErrorKind::kBadInput, "server: "},
      {file_of(kServer + "    certificate-authority-data: '%%%'\n", kToken), ErrorKind::kBadInput,
       "certificate-authority-data is not base64"},
      {file_of(kServer + "    certificate-authority: lost.pem\n", kToken), ErrorKind::kNotFound,
       "certificate-authority: cannot read /home/ann/.kube/lost.pem"},
      {file_of(kServer, "    client-key: /certs/ann.key\n"), ErrorKind::kBadInput,
       "client-certificate and client-key go together"},
      {file_of(kServer, kToken + kToken), ErrorKind::kBadInput, "token"},
      {"current-context: [", ErrorKind::kBadInput, "/home/ann/.kube/config: "},
      {"a: &x 1\nb: *x\n", ErrorKind::kBadInput, "anchors are not accepted"},
      {"", ErrorKind::kNotFound, "is empty"},
      {"kind: Config\n", ErrorKind::kNotFound, "has no current-context"},
      {"current-context: nowhere\n", ErrorKind::kNotFound, "has no context nowhere"},
      {"just text", ErrorKind::kNotFound, "has no current-context"},
  };
  for (const Row& row : rows) {
    const auto access = read(row.text);
    ASSERT_FALSE(access) << row.said;
    EXPECT_EQ(access.error().kind, row.kind) << access.error().message;
    EXPECT_NE(access.error().message.find(row.said), std::string::npos) << access.error().message;
    EXPECT_EQ(access.error().message.find("canary"), std::string::npos) << access.error().message;
  }
  EXPECT_NE(read(file_of(kServer, kToken), {.kubeconfig = "", .context = "lost"})
                .error()
                .message.find("there is no cluster elsewhere"),
            std::string::npos);
}

TEST(Kubeconfig, SaysWhomToActAsAndByWhichNameToVerifyTheServer) {
  const auto access = read(file_of(kServer + "    tls-server-name: kubernetes\n",
                                   kToken + "    as: bob\n    as-uid: '7'\n"
                                            "    as-groups: [dev, ops]\n"
                                            "    as-user-extra: {acme.io/team: [a, b]}\n"));
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->server, "https://api.example:6443");
  EXPECT_EQ(access->tls_server_name, "kubernetes");
  EXPECT_EQ(access->headers, (HttpHeaders{{"Impersonate-User", "bob"},
                                          {"Impersonate-Uid", "7"},
                                          {"Impersonate-Group", "dev"},
                                          {"Impersonate-Group", "ops"},
                                          {"Impersonate-Extra-acme.io%2Fteam", "a"},
                                          {"Impersonate-Extra-acme.io%2Fteam", "b"}}));
}

TEST(Kubeconfig, TlsWithoutVerificationIsTakenWhereAPersonSaidSo) {
  const auto access = read(file_of(kServer + "    insecure-skip-tls-verify: true\n", kToken),
                           {.kubeconfig = "", .context = "", .allow_insecure = true});
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_TRUE(access->insecure_skip_verify);
}

}  // namespace
}  // namespace freshet
