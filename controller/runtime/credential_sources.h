// Where credentials come from, what has been read there, and what an image gets from it. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "controller/model/observation.h"
#include "controller/registry/credential_helper.h"
#include "controller/runtime/pull_secrets.h"

namespace freshet {

enum class SourceKind { kDockerConfig, kServiceAccount, kSecret, kHelper };

struct SourceKey {
  SourceKind kind = SourceKind::kDockerConfig;
  std::string place;  // namespace; a helper's name; "" for the controller's own config.json
  std::string name;   // of the object; the server that a helper is asked for
  auto operator<=>(const SourceKey&) const = default;
};

struct SourceContent {
  DockerConfig config;                  // of config.json and of a Secret
  std::vector<std::string> secrets;     // that a ServiceAccount lists
  Credential credential;                // of a helper
  std::string problem;                  // why there is nothing in it, in a sentence; ""
  std::optional<ServiceKey> denied_to;  // the controller's ServiceAccount, which may not read it
  bool operator==(const SourceContent&) const = default;
};

// One image of one namespace.
struct CredentialNeed {
  std::string name_space;
  ImageReference reference;
  PullSecretNames pull_secrets;
};

struct CredentialCandidates {
  std::vector<SourceKey> sources;       // all that were looked at
  bool complete = true;                 // false: one of them has not been read yet
  std::vector<Credential> credentials;  // in the order in which they are tried; none: as nobody
  std::vector<std::string> problems;
  DeniedReads denied;
};

// Pull secrets in the order of the Service's template, then those of its ServiceAccount, then the
// controller's own config.json (decisions/2026-11-28-which-credential.md). `content` tells what was
// read from a source, or nullptr if it has not been read yet.
using ContentOf = std::function<const SourceContent*(const SourceKey&)>;
CredentialCandidates credential_candidates(const CredentialNeed& need, const ContentOf& content);

}  // namespace freshet
