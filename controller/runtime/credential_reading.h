// Reading one source of credentials: the Kubernetes API, the controller's config.json, a helper.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "controller/kube/client.h"
#include "controller/runtime/credential_sources.h"

namespace freshet {

// What credentials are read through. Called from several threads at once.
struct CredentialWorld {
  KubeClient& kube;
  std::function<Result<std::string>()> docker_config;  // text of config.json; null: there is none
  AskHelper ask_helper;                                // null: there are no helpers
};

// An object that is not there, or may not be read, is an answer: content without credentials. An
// error is what may pass by itself, or a file or a helper that somebody has to mend; its message
// holds nothing of what was read.
Result<SourceContent> read_source(const SourceKey& key, const CredentialWorld& world);

// The same for one credential helper.
Result<SourceContent> read_helper(const HelperCall& call, const AskHelper& ask);

// How long an answer counts before it is read again.
Duration good_for(SourceKind kind);

}  // namespace freshet
