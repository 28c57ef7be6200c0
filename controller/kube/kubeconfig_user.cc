// Reads one user of a kubeconfig: token, certificate, login, and whom to act as.
#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/kube/kubeconfig_reading.h"

namespace freshet::kubeconfig {
namespace {

using config::Node;

constexpr const char* kClusterExtension = "client.authentication.k8s.io/exec";

// The items of a list; none where it is absent.
const std::vector<Node>& items_at(const Node* map, std::string_view key) {
  static const std::vector<Node> kNone;
  const Node* list = map == nullptr ? nullptr : map->find(key);
  return list == nullptr ? kNone : list->items;
}

Status refuse_logins(const Reading& reading, const Node* user) {
  struct Refused {
    const char* key;
    const char* why;
  };
  static constexpr std::array kRefused = {
      Refused{"auth-provider", "logs in through an auth-provider, which Kubernetes has removed"},
      Refused{"username", "logs in with a user name and password, which API servers do not accept"},
  };
  for (const Refused& refused : kRefused) {
    if (!has(user, refused.key)) continue;
    return reading.complain(std::string("the user ") + refused.why +
                            "; use exec, a token, a tokenFile or a client certificate");
  }
  return {};
}

// Source: kubernetes.io/docs/reference/access-authn-authz/authentication, "User impersonation".
Status read_impersonation(Reading& reading, const Node* user) {
  HttpHeaders& headers = reading.access.headers;
  const std::string name = text_at(user, "as");
  if (!name.empty()) headers.push_back({"Impersonate-User", name});
  if (const std::string uid = text_at(user, "as-uid"); !uid.empty()) {
    headers.push_back({"Impersonate-Uid", uid});
  }
  for (const Node& group : items_at(user, "as-groups")) {
    headers.push_back({"Impersonate-Group", group.text});
  }
  if (const Node* extra = user->find("as-user-extra")) {
    for (const config::NodeEntry& entry : extra->entries) {
      for (const Node& value : entry.value.items) {
        headers.push_back({"Impersonate-Extra-" + percent_encode(entry.key), value.text});
      }
    }
  }
  if (!headers.empty() && name.empty()) {
    return reading.complain("as-uid, as-groups and as-user-extra need 'as': whom to act as");
  }
  for (const HttpHeader& header : headers) {
    if (!has_control_characters(header.value)) continue;
    return reading.complain(printable(header.name, 80) + ": control characters are not allowed");
  }
  return {};
}

// What a login is told of the cluster, as ExecCredential's spec.cluster.
std::string told_cluster(const ClusterAccess& access, const Node* cluster) {
  Json told = {{"server", access.server}};
  if (!access.tls_server_name.empty()) told["tls-server-name"] = access.tls_server_name;
  if (access.insecure_skip_verify) told["insecure-skip-tls-verify"] = true;
  if (!access.ca_pem.empty()) told["certificate-authority-data"] = base64_encode(access.ca_pem);
  if (!access.proxy.empty()) told["proxy-url"] = access.proxy;
  if (const Node* own = named(*cluster, "extensions", "extension", kClusterExtension)) {
    told["config"] = config::node_to_json(*own);
  }
  return dump_json(told);
}

Status read_interactive_mode(const Reading& reading, const Node* exec, ExecLogin& login) {
  const std::string mode = text_at(exec, "interactiveMode");
  if (mode == "Never") {
    login.interactive = InteractiveMode::kNever;
  } else if (mode == "Always") {
    login.interactive = InteractiveMode::kAlways;
  } else if (mode == "IfAvailable" || (mode.empty() && login.api_version.ends_with("/v1beta1"))) {
    login.interactive = InteractiveMode::kIfAvailable;
  } else {
    return reading.complain("the user's exec.interactiveMode is '" + printable(mode, 80) +
                            "'; allowed: Never, IfAvailable, Always");
  }
  return {};
}

Status read_login(Reading& reading, const Node* exec, const Node* cluster) {
  ExecLogin login;
  login.api_version = text_at(exec, "apiVersion");
  if (!is_login_version(login.api_version)) {
    return reading.complain("the user's exec.apiVersion is '" + printable(login.api_version, 80) +
                            "'; allowed: client.authentication.k8s.io/v1 and v1beta1 (a newer "
                            "release of the program may speak them)");
  }
  login.command = text_at(exec, "command");
  if (login.command.empty()) return reading.complain("the user's exec has no command");
  if (login.command.find('/') != std::string::npos) {
    login.command = reading.resolve(login.command);
  }
  for (const Node& argument : items_at(exec, "args")) login.arguments.push_back(argument.text);
  for (const Node& variable : items_at(exec, "env")) {
    const std::string name = text_at(&variable, "name");
    if (name.empty() || name.find('=') != std::string::npos) {
      return reading.complain("the user's exec.env has a variable without a usable name");
    }
    login.variables[name] = text_at(&variable, "value");
  }
  if (Status good = read_interactive_mode(reading, exec, login); !good) return good;
  login.install_hint = text_at(exec, "installHint");
  if (text_at(exec, "provideClusterInfo") == "true") {
    login.cluster = told_cluster(reading.access, cluster);
  }
  reading.access.login = std::move(login);
  return {};
}

Status read_certificate(Reading& reading, const Node* user) {
  auto certificate = reading.pem(user, "client-certificate");
  if (!certificate) return certificate.error();
  auto key = reading.pem(user, "client-key");
  if (!key) return key.error();
  if (certificate->empty() != key->empty()) {
    return reading.complain("client-certificate and client-key go together");
  }
  reading.access.client_certificate_pem = *std::move(certificate);
  reading.access.client_key_pem = Secret(*std::move(key));
  return {};
}

}  // namespace

Status read_user(Reading& reading, const Node* user, const Node* cluster) {
  ClusterAccess& access = reading.access;
  if (Status fine = refuse_logins(reading, user); !fine) return fine;
  if (Status fine = read_impersonation(reading, user); !fine) return fine;
  if (Status fine = read_certificate(reading, user); !fine) return fine;
  access.token = Secret(text_at(user, "token"));
  if (const std::string file = text_at(user, "tokenFile"); !file.empty()) {
    access.token_file = reading.resolve(file);
  }
  const bool has_token = !access.token.empty() || !access.token_file.empty();
  if (has(user, "exec") && !has_token) {  // a token that is there is used, as kubectl does
    if (Status fine = read_login(reading, user->find("exec"), cluster); !fine) return fine;
  }
  if ((has_token || access.login) && access.server.starts_with("http://") &&
      !reading.flags.allow_insecure) {
    return reading.complain("would send its token over plain http");
  }
  return {};
}

}  // namespace freshet::kubeconfig
