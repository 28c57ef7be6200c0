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
  std::vector<CredentialEntry> entries;        // longest key first
  std::map<std::string, std::string> helpers;  // credHelpers: host → helper's name
  std::string store;                           // credsStore
  bool operator==(const DockerConfig&) const = default;
};

inline constexpr std::size_t kMaxDockerConfigBytes = 1 << 20;
inline constexpr std::size_t kMaxCredentialEntries = 1000;

// The text of ~/.docker/config.json, or of a Secret's ".dockerconfigjson". kBadInput, without a
// word of the content, if it is not JSON of that shape.
Result<DockerConfig> parse_docker_config(std::string_view text, std::string source);

// Keys as Kubernetes reads them: scheme, /v1/ and /v2/ stripped, host labels may be globs, ports
// equal, the path a prefix that ends at a '/'. Entries without credentials are passed over.
struct FoundCredential {
  Credential credential;  // anonymous if nothing matches
  std::string note;       // what to know: a helper that is not supported; "" usually
  bool operator==(const FoundCredential&) const = default;
};
// kUnauthorized if the entry that matches cannot be used.
Result<FoundCredential> find_credential(const DockerConfig& config,
                                        const ImageReference& reference);

}  // namespace freshet
