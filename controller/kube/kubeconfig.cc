// Reads one kubeconfig file.
#include "controller/kube/kubeconfig.h"

#include "base/http.h"
#include "base/text.h"
#include "config/yaml.h"
#include "controller/kube/kubeconfig_reading.h"

namespace freshet {

using config::Node;
using kubeconfig::has;
using kubeconfig::named;
using kubeconfig::Reading;
using kubeconfig::text_at;

namespace kubeconfig {

std::string text_at(const Node* map, std::string_view key) {
  const Node* value = map == nullptr ? nullptr : map->find(key);
  if (value == nullptr || !value->is_scalar() || value->kind == Node::Kind::kNull) return "";
  return value->text;
}

bool has(const Node* map, std::string_view key) {
  const Node* value = map == nullptr ? nullptr : map->find(key);
  return value != nullptr && value->kind != Node::Kind::kNull;
}

const Node* named(const Node& root, std::string_view list, std::string_view inner,
                  const std::string& name) {
  const Node* entries = root.find(list);
  if (entries == nullptr) return nullptr;
  for (const Node& entry : entries->items) {
    if (text_at(&entry, "name") == name) return entry.find(inner);
  }
  return nullptr;
}

std::string Reading::resolve(const std::string& file) const {
  const std::size_t slash = path.rfind('/');
  if (file.starts_with("/") || slash == std::string::npos) return file;
  return path.substr(0, slash + 1) + file;
}

Result<std::string> Reading::pem(const Node* map, const std::string& key) const {
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

}  // namespace kubeconfig

namespace {

// The server by the name that its certificate has: what requests are addressed to.
Status read_tls_name(Reading& reading, const Node* cluster, const Url& server) {
  const std::string name = text_at(cluster, "tls-server-name");
  if (name.empty() || server.scheme != "https") return {};
  const auto as_host = parse_url("https://" + name);
  if (!as_host || as_host->host != to_lower(name)) {
    return reading.complain("tls-server-name " + printable(name, 80) + " is not a host's name");
  }
  reading.access.tls_server_name = name;
  return {};
}

Status read_cluster(Reading& reading, const Node* cluster) {
  ClusterAccess& access = reading.access;
  access.server = text_at(cluster, "server");
  while (access.server.ends_with("/")) access.server.pop_back();
  const auto url = parse_url(access.server);
  if (!url) return reading.complain("server: " + url.error().message);
  if (Status read = read_tls_name(reading, cluster, *url); !read) return read;
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
  if (Status good = read_cluster(reading, cluster); !good) return good.error();
  if (const std::string user_name = text_at(context, "user"); !user_name.empty()) {
    const Node* user = named(root, "users", "user", user_name);
    if (user == nullptr) return reading.complain("there is no user " + printable(user_name, 80));
    if (Status good = read_user(reading, user, cluster); !good) return good.error();
  }
  return std::move(reading.access);
}

}  // namespace freshet
