// kubeconfig: which API server, trusted how, as whom. Read as data; nothing here runs a program.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/http.h"
#include "base/result.h"
#include "base/secret.h"
#include "controller/kube/exec_login.h"

namespace freshet {

inline constexpr std::size_t kMaxCredentialFileBytes = 1 << 20;

// How to reach one cluster. PEM fields hold text, whatever the source named.
struct ClusterAccess {
  std::string origin;      // "context prod of /home/ann/.kube/config": for messages
  std::string server;      // "https://host:port", no slash at the end
  std::string name_space;  // the context's, else "default"
  std::string ca_pem;      // trusted instead of the system's authorities; "": the system's
  bool insecure_skip_verify = false;
  std::string proxy;  // "": none
  std::string client_certificate_pem;
  Secret client_key_pem;
  Secret token;
  std::string token_file;          // re-read while running; wins over token
  std::optional<ExecLogin> login;  // only where there is no token
  std::string tls_server_name;     // "": the host of `server`
  HttpHeaders headers;             // of every request: whom to act as (Impersonate-…)
  bool operator==(const ClusterAccess&) const = default;
};

// Where variables and files come from: the machine's, or a test's.
struct KubeSources {
  std::function<std::optional<std::string>(const std::string& name)> variable;
  std::function<Result<std::string>(const std::string& path)> read;
};
KubeSources machine_sources();

struct KubeFlags {
  std::string kubeconfig;       // --kubeconfig; wins over everything
  std::string context;          // --context; "": the file's current-context
  bool allow_insecure = false;  // --insecure-skip-tls-verify
};

// One file's text, one context of it. Relative paths in it are taken from the file's folder.
// Refused (kBadInput) with a sentence: auth-provider logins, user name and password, TLS without
// verification and a token over plain http (both unless allowed). kNotFound: this file does not
// have the context.
Result<ClusterAccess> read_kubeconfig(std::string_view text, const std::string& path,
                                      const KubeFlags& flags, const KubeSources& sources);

// In this order: --kubeconfig; KUBECONFIG, a list of which the first file that has the context
// counts; the pod's service account; ~/.kube/config.
Result<ClusterAccess> find_cluster_access(const KubeFlags& flags, const KubeSources& sources);

// The service account that Kubernetes mounts into a pod.
Result<ClusterAccess> in_cluster_access(const KubeSources& sources);

}  // namespace freshet
