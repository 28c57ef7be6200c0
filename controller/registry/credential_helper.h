// Docker's credential helpers: programs called docker-credential-NAME that know a registry's
// credential. What to ask, and how to read the answer; who runs them is the caller's affair.
// Source: github.com/docker/docker-credential-helpers, "Development" in its README.
#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <string>

#include "controller/registry/credentials.h"

namespace freshet {

inline constexpr std::size_t kMaxHelperReplyBytes = 64 << 10;
inline constexpr std::size_t kMaxHelperNameBytes = 64;

struct HelperCall {
  std::string name;    // "ecr-login"
  std::string server;  // goes to its standard input: "ghcr.io", "https://index.docker.io/v1/"
  auto operator<=>(const HelperCall&) const = default;
};

// "docker-credential-ecr-login", to be looked for in PATH. kBadInput where the name is not made of
// letters, digits, '-', '_' and '.': it may not lead out of PATH.
Result<std::string> helper_program(const HelperCall& call);

// What it left behind when it ended.
struct HelperReply {
  int exit_status = 0;
  std::string output;  // its standard output
};
using AskHelper = std::function<Result<HelperReply>(const HelperCall& call)>;

// Anonymous if it answers that it has none. An error never holds what the helper said: that may be
// a secret.
Result<Credential> read_helper_reply(const HelperCall& call, const HelperReply& reply);

// As docker chooses: the helper that 'credHelpers' names for this registry; nullopt: none.
std::optional<HelperCall> helper_of_registry(const DockerConfig& config,
                                             const ImageReference& reference);
// The one for all others, 'credsStore': asked where no entry of 'auths' holds a credential.
std::optional<HelperCall> helper_of_store(const DockerConfig& config,
                                          const ImageReference& reference);

}  // namespace freshet
