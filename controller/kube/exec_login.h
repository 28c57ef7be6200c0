// Logging in by a program that the kubeconfig names (users[].user.exec): what to run, and how to
// read its answer; who runs it is the caller's affair.
// Source: kubernetes.io/docs/reference/config-api/client-authentication.v1, and kubectl's habits.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/program.h"
#include "base/result.h"
#include "controller/kube/token_source.h"

namespace freshet {

inline constexpr minutes kMaxLoginTime{5};  // a person may have to sign in with a browser
inline constexpr std::size_t kMaxLoginReplyBytes = 256 << 10;

enum class InteractiveMode { kNever, kIfAvailable, kAlways };

struct ExecLogin {
  std::string api_version;  // client.authentication.k8s.io/v1 or /v1beta1
  std::string command;      // a path, or a name to be looked for in PATH
  std::vector<std::string> arguments;
  std::map<std::string, std::string, std::less<>> variables;
  InteractiveMode interactive = InteractiveMode::kIfAvailable;
  std::string install_hint;
  std::string cluster;  // spec.cluster of what it is told, as JSON; "": not asked for
  bool operator==(const ExecLogin&) const = default;
};

// Two versions of the API are known.
bool is_login_version(std::string_view api_version);

// `has_terminal`: a person could type into our standard input. kBadInput where one is needed.
Result<ProgramCall> login_call(const ExecLogin& login, bool has_terminal);

// kUnauthorized where it has nothing to show. An error never holds what the program said: that may
// be a secret.
Result<KubeCredential> read_login_reply(const ExecLogin& login, const ProgramEnd& end);

// The three steps in one. Errors: kUnauthorized, kTimeout, kBadInput.
Result<KubeCredential> log_in(const ExecLogin& login, bool has_terminal, const RunProgram& run);

}  // namespace freshet
