// Credentials for registries: docker's config.json, and which entry of it a reference gets.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "controller/model/image_reference.h"

namespace freshet {

struct Credential {
  // What tokens and connections are kept apart by: "" for nobody, else source and key. No secret.
  std::string identity;
  std::string username;
  Secret password;
  Secret identity_token;  // an OAuth2 refresh token; used instead of the password

  bool anonymous() const { return password.empty() && identity_token.empty(); }
  bool operator==(const Credential&) const = default;
};

struct CredentialEntry {
  std::string key;   // as written, for people
  std::string host;  // lower case, "host[:port]", may hold * and ?; Docker Hub is "docker.io"
  std::string path;  // "" or "team/app", the beginning of a repository
  Credential credential;
  std::string problem;  // why it cannot be used; "" if it can
  bool operator==(const CredentialEntry&) const = default;
};

struct DockerConfig {
  std::string source;                          // file name or "namespace/secret"
  std::vector<CredentialEntry> entries;        // in the order in which they are tried
  std::map<std::string, std::string> helpers;  // credHelpers: canonical host → helper's name
  std::string store;                           // credsStore
  bool operator==(const DockerConfig&) const = default;
};

inline constexpr std::size_t kMaxDockerConfigBytes = 1 << 20;
inline constexpr std::size_t kMaxCredentialEntries = 1000;

// The text of ~/.docker/config.json, or of a Secret's ".dockerconfigjson". kBadInput, without a
// word of the content, if it is not JSON of that shape.
Result<DockerConfig> parse_docker_config(std::string_view text, std::string source);
// A Secret's ".dockercfg", docker's format before 2015: the entries of 'auths' by themselves.
Result<DockerConfig> parse_dockercfg(std::string_view text, std::string source);

// The name of docker.io is "docker.io", whatever a reference or a key calls it; lower case.
std::string canonical_registry(std::string_view host);

// Keys as Kubernetes reads them: scheme, /v1/ and /v2/ stripped, host labels may be globs, ports
// equal, the path a prefix that ends at a '/'. Every entry that matches counts, in the order in
// which Kubernetes tries them: of two paths the longer first, names before globs.
struct FoundCredentials {
  std::vector<Credential> credentials;  // none: the reference is nobody's secret here
  std::vector<std::string> problems;    // sentences: entries that match and cannot be used
  bool operator==(const FoundCredentials&) const = default;
};
FoundCredentials find_credentials(const DockerConfig& config, const ImageReference& reference);

}  // namespace freshet
