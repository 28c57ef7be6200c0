// Finds the cluster to talk to: flags, KUBECONFIG, the pod's service account, the home folder.
#include "base/files.h"
#include "base/http.h"
#include "base/text.h"
#include "controller/kube/kubeconfig.h"

namespace freshet {
namespace {

constexpr const char* kServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount/";

Result<ClusterAccess> read_one(const std::string& path, const KubeFlags& flags,
                               const KubeSources& sources) {
  auto text = sources.read(path);
  if (!text) return text.error();
  return read_kubeconfig(*text, path, flags, sources);
}

// The first file of a list that is there and has the context counts; a bad file is an error at
// once.
Result<ClusterAccess> read_list(const std::string& list, const KubeFlags& flags,
                                const KubeSources& sources) {
  std::vector<std::string> reasons;
  for (const std::string& path : split(list, ':')) {
    if (path.empty()) continue;
    auto access = read_one(path, flags, sources);
    if (access || access.error().kind != ErrorKind::kNotFound) return access;
    reasons.push_back(access.error().message);
  }
  return bad_input("KUBECONFIG names no usable file: " + join(reasons, "; "));
}

}  // namespace

KubeSources machine_sources() {
  return {environment,
          [](const std::string& path) { return read_file(path, kMaxCredentialFileBytes); }};
}

Result<ClusterAccess> in_cluster_access(const KubeSources& sources) {
  const auto host = sources.variable("KUBERNETES_SERVICE_HOST");
  const auto port = sources.variable("KUBERNETES_SERVICE_PORT");
  if (!host || !port) return make_error(ErrorKind::kNotFound, "this is not a Kubernetes pod");
  const std::string folder = kServiceAccount;
  auto ca = sources.read(folder + "ca.crt");
  if (!ca) return with_context("the pod's service account", ca.error());
  ClusterAccess access;
  access.origin = "the pod's service account";
  const bool is_v6 = host->find(':') != std::string::npos;
  access.server = "https://" + (is_v6 ? "[" + *host + "]" : *host) + ":" + *port;
  if (const auto url = parse_url(access.server); !url) {
    return with_context("KUBERNETES_SERVICE_HOST", url.error());
  }
  access.ca_pem = *std::move(ca);
  access.token_file = folder + "token";
  const auto name_space = sources.read(folder + "namespace");
  access.name_space = name_space ? std::string(trim(*name_space)) : "default";
  return access;
}

Result<ClusterAccess> find_cluster_access(const KubeFlags& flags, const KubeSources& sources) {
  if (!flags.kubeconfig.empty()) {
    auto access = read_one(flags.kubeconfig, flags, sources);
    if (!access) return bad_input(access.error().message);
    return access;
  }
  if (const auto list = sources.variable("KUBECONFIG")) return read_list(*list, flags, sources);
  if (flags.context.empty()) {
    auto pod = in_cluster_access(sources);
    if (pod || pod.error().kind != ErrorKind::kNotFound) return pod;
  }
  const std::string path = sources.variable("HOME").value_or("") + "/.kube/config";
  auto access = read_one(path, flags, sources);
  if (access) return access;
  return bad_input("no cluster to talk to: no --kubeconfig, no KUBECONFIG, not in a pod, and " +
                   access.error().message);
}

}  // namespace freshet
