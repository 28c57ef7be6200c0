// Reads one kubeconfig file.
#include "controller/kube/kubeconfig.h"

#include <array>

#include "base/http.h"
#include "base/text.h"
#include "config/yaml.h"

namespace freshet {
namespace {

using config::Node;

// A scalar's text, or "" where it is absent, null or not a scalar.
std::string text_at(const Node* map, std::string_view key) {
  const Node* value = map == nullptr ? nullptr : map->find(key);
  if (value == nullptr || !value->is_scalar() || value->kind == Node::Kind::kNull) return "";
  return value->text;
}

bool has(const Node* map, std::string_view key) {
  const Node* value = map == nullptr ? nullptr : map->find(key);
  return value != nullptr && value->kind != Node::Kind::kNull;
}

// The entry `name` of a list such as clusters: [{name: …, cluster: {…}}]; its inner map.
const Node* named(const Node& root, std::string_view list, std::string_view inner,
                  const std::string& name) {
  const Node* entries = root.find(list);
  if (entries == nullptr) return nullptr;
  for (const Node& entry : entries->items) {
    if (text_at(&entry, "name") == name) return entry.find(inner);
  }
  return nullptr;
}

// What is read, and what every complaint begins with.
struct Reading {
  const std::string& path;
  const KubeFlags& flags;
  const KubeSources& sources;
  ClusterAccess access;

  Error complain(const std::string& what) const { return bad_input(access.origin + ": " + what); }
  std::string resolve(const std::string& file) const {
    const std::size_t slash = path.rfind('/');
    if (file.starts_with("/") || slash == std::string::npos) return file;
    return path.substr(0, slash + 1) + file;
  }
  // "<key>-data" decoded, else the file that "<key>" names, else "".
  Result<std::string> pem(const Node* map, const std::string& key) const {
    if (const std::string data = text_at(map, key + "-data"); !data.empty()) {
      const auto decoded = base64_decode(data);
      if (!decoded) return complain(key + "-data is not base64");
      return *decoded;
    }
    const std::string file = text_at(map, key);
    if (file.empty()) return std::string();
    auto content = sources.read(resolve(file));
    if (!content) return with_context(access.origin + ": " + key, content.error());
    return *std::move(content);
  }
};

Status read_cluster(Reading& reading, const Node* cluster) {
  ClusterAccess& access = reading.access;
  access.server = text_at(cluster, "server");
  while (access.server.ends_with("/")) access.server.pop_back();
  if (const auto url = parse_url(access.server); !url) {
    return reading.complain("server: " + url.error().message);
  }
  if (has(cluster, "tls-server-name")) {
    return reading.complain(
        "tls-server-name is not supported: name the server as its certificate does");
  }
  access.proxy = text_at(cluster, "proxy-url");
  auto ca = reading.pem(cluster, "certificate-authority");
  if (!ca) return ca.error();
  access.ca_pem = *std::move(ca);
  if (text_at(cluster, "insecure-skip-tls-verify") == "true") {
    if (!reading.flags.allow_insecure) {
      return reading.complain(
          "asks for TLS without verification (insecure-skip-tls-verify): anyone on the way could "
          "read the credentials. Give certificate-authority-data instead, or say "
          "--insecure-skip-tls-verify");
    }
    access.insecure_skip_verify = true;
  }
  return {};
}

Status refuse_logins(const Reading& reading, const Node* user) {
  struct Refused {
    const char* key;
    const char* why;
  };
  static constexpr std::array kRefused = {
      Refused{"exec", "logs in by running a command (exec), which is not done here"},
      Refused{"auth-provider", "logs in through an auth-provider, which Kubernetes has removed"},
      Refused{"username", "logs in with a user name and password, which API servers do not accept"},
      Refused{"as", "acts as somebody else (as), which is not supported"},
  };
  for (const Refused& refused : kRefused) {
    if (!has(user, refused.key)) continue;
    return reading.complain(std::string("the user ") + refused.why +
                            "; use a token, a tokenFile or a client certificate");
  }
  return {};
}

Status read_user(Reading& reading, const Node* user) {
  ClusterAccess& access = reading.access;
  if (Status fine = refuse_logins(reading, user); !fine) return fine;
  auto certificate = reading.pem(user, "client-certificate");
  if (!certificate) return certificate.error();
  auto key = reading.pem(user, "client-key");
  if (!key) return key.error();
  if (certificate->empty() != key->empty()) {
    return reading.complain("client-certificate and client-key go together");
  }
  access.client_certificate_pem = *std::move(certificate);
  access.client_key_pem = Secret(*std::move(key));
  access.token = Secret(text_at(user, "token"));
  if (const std::string file = text_at(user, "tokenFile"); !file.empty()) {
    access.token_file = reading.resolve(file);
  }
  const bool has_token = !access.token.empty() || !access.token_file.empty();
  if (has_token && access.server.starts_with("http://") && !reading.flags.allow_insecure) {
    return reading.complain("would send its token over plain http");
  }
  return {};
}

}  // namespace

Result<ClusterAccess> read_kubeconfig(std::string_view text, const std::string& path,
                                      const KubeFlags& flags, const KubeSources& sources) {
  const auto documents = config::read_yaml(text);
  if (documents.empty()) return make_error(ErrorKind::kNotFound, path + " is empty");
  const config::YamlDocument& document = documents.front();
  if (!document.problems.empty()) return bad_input(path + ": " + to_string(document.problems[0]));
  const Node& root = document.root;
  std::string name = flags.context.empty() ? text_at(&root, "current-context") : flags.context;
  if (name.empty()) {
    return make_error(ErrorKind::kNotFound, path + " has no current-context: name one (--context)");
  }
  const Node* context = named(root, "contexts", "context", name);
  if (context == nullptr) {
    return make_error(ErrorKind::kNotFound, path + " has no context " + printable(name, 80));
  }
  Reading reading{path, flags, sources, {}};
  reading.access.origin = "context " + printable(name, 80) + " of " + path;
  reading.access.name_space = text_at(context, "namespace");
  if (reading.access.name_space.empty()) reading.access.name_space = "default";
  const std::string cluster_name = text_at(context, "cluster");
  const Node* cluster = named(root, "clusters", "cluster", cluster_name);
  if (cluster == nullptr) {
    return reading.complain("there is no cluster " + printable(cluster_name, 80));
  }
  if (Status read = read_cluster(reading, cluster); !read) return read.error();
  if (const std::string user_name = text_at(context, "user"); !user_name.empty()) {
    const Node* user = named(root, "users", "user", user_name);
    if (user == nullptr) return reading.complain("there is no user " + printable(user_name, 80));
    if (Status read = read_user(reading, user); !read) return read.error();
  }
  return std::move(reading.access);
}

}  // namespace freshet
