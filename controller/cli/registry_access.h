// How the command line asks a registry: settings of the environment, docker's credentials.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "controller/cli/context.h"
#include "controller/registry/credentials.h"
#include "controller/registry/resolve.h"
#include "controller/runtime/credential_sources.h"

namespace freshet {

// FRESHET_PLAIN_HTTP and `plain_http` (host:port each), FRESHET_TOKEN_HOSTS, FRESHET_TIMEOUT
// (seconds for a whole resolution). kBadInput where one of them cannot be read.
Result<RegistryOptions> registry_options(Context& context,
                                         const std::vector<std::string>& plain_http);
// config.json in DOCKER_CONFIG, else in ~/.docker; empty if there is none.
Result<DockerConfig> docker_config(Context& context);

// A transport of its own for one registry, through the proxy that HTTPS_PROXY names, and settings.
struct RegistryClient {
  RegistryOptions options;
  std::unique_ptr<HttpTransport> transport;
};
Result<RegistryClient> registry_client(Context& context, const ImageReference& image,
                                       const std::vector<std::string>& plain_http);

// One credential after the other, while they are not accepted; `identity` is of the last one.
template <class Ask>
auto ask_with_each(const CredentialCandidates& candidates, std::string& identity, Ask ask) {
  std::vector<Credential> credentials = candidates.credentials;
  if (credentials.empty()) credentials.emplace_back();
  for (std::size_t i = 0;; ++i) {
    identity = credentials[i].identity;
    auto answer = ask(credentials[i]);
    auto* failure = std::get_if<RegistryFailure>(&answer);
    if (failure == nullptr) return answer;
    for (const std::string& problem : candidates.problems) failure->message += "; " + problem;
    const bool refused = failure->kind == RegistryFailureKind::kAuthentication;
    if (!refused || i + 1 == credentials.size()) return answer;
  }
}

// One resolution over a transport of its own; FRESHET_CA_FILE is trusted besides the system's.
// An Error is about the words or files given, before anything was sent.
using ResolvedImage = std::variant<Confirmed, RegistryFailure>;
struct ResolvedReference {
  ResolvedImage image;
  std::string identity;  // whose credential was accepted, or tried last; "": nobody's
};
Result<ResolvedReference> resolve_reference(Context& context, const std::string& reference,
                                            const std::vector<std::string>& plain_http);
// The same with credentials that were found elsewhere, one after the other.
Result<ResolvedReference> resolve_with(Context& context, const ImageReference& image,
                                       const std::vector<std::string>& plain_http,
                                       const CredentialCandidates& candidates,
                                       const std::optional<FollowSpec>& follow = {});

// All tags of a repository, named without a tag.
using ListedTags = std::variant<std::vector<ImageTag>, RegistryFailure>;
Result<ListedTags> list_tags_of(Context& context, const std::string& repository,
                                const std::vector<std::string>& plain_http);

// What config.json and the helpers that it names have for `need`; `content` answers for all else.
CredentialCandidates candidates_with(Context& context, const DockerConfig& config,
                                     const CredentialNeed& need,
                                     const std::function<SourceContent(const SourceKey&)>& content);

}  // namespace freshet
