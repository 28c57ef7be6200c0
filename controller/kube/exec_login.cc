// What to run to log in, and what its answer means.
#include "controller/kube/exec_login.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"

namespace freshet {
namespace {

constexpr const char* kExecInfo = "KUBERNETES_EXEC_INFO";
constexpr std::array<std::string_view, 2> kLoginVersions = {"client.authentication.k8s.io/v1",
                                                            "client.authentication.k8s.io/v1beta1"};

std::string login_with(const ExecLogin& login) {
  return "logging in with " + printable(login.command, 200);
}

Error not_logged_in(const ExecLogin& login, const std::string& what) {
  return make_error(ErrorKind::kUnauthorized, login_with(login) + ": " + what);
}

}  // namespace

bool is_login_version(std::string_view api_version) {
  return std::ranges::find(kLoginVersions, api_version) != kLoginVersions.end();
}

Result<ProgramCall> login_call(const ExecLogin& login, bool has_terminal) {
  if (login.interactive == InteractiveMode::kAlways && !has_terminal) {
    return bad_input(login_with(login) +
                     ": it asks a person (interactiveMode: Always), and standard input is not a "
                     "terminal");
  }
  const bool interactive = has_terminal && login.interactive != InteractiveMode::kNever;
  Json info = {{"apiVersion", login.api_version},
               {"kind", "ExecCredential"},
               {"spec", {{"interactive", interactive}}}};
  if (!login.cluster.empty()) {
    auto cluster = parse_json(login.cluster);
    if (!cluster) return with_context(login_with(login), cluster.error());
    info["spec"]["cluster"] = *std::move(cluster);
  }
  ProgramCall call;
  call.arguments = login.arguments;
  call.arguments.insert(call.arguments.begin(), login.command);
  call.time_limit = kMaxLoginTime;
  call.max_output = kMaxLoginReplyBytes;
  call.variables = login.variables;
  call.variables[kExecInfo] = dump_json(info);
  call.attended = true;
  call.shares_input = interactive;
  return call;
}

Result<KubeCredential> read_login_reply(const ExecLogin& login, const ProgramEnd& end) {
  if (end.exit_status != 0) {
    return not_logged_in(login, "it ended with status " + std::to_string(end.exit_status));
  }
  const auto reply = parse_json(end.output, kMaxLoginReplyBytes);
  if (!reply || string_or(*reply, "kind") != "ExecCredential") {
    return not_logged_in(login, "its answer is not an ExecCredential");
  }
  const std::string version = string_or(*reply, "apiVersion");
  if (version != login.api_version) {
    return not_logged_in(login, "its answer is of " + printable(version, 80) +
                                    ", where the kubeconfig asks for " + login.api_version);
  }
  const Json& status = at_path(*reply, {"status"});
  KubeCredential credential;
  credential.token = Secret(string_or(status, "token"));
  credential.certificate_pem = string_or(status, "clientCertificateData");
  credential.key_pem = Secret(string_or(status, "clientKeyData"));
  if (credential.certificate_pem.empty() != credential.key_pem.empty()) {
    return not_logged_in(login, "its certificate and key go together, and one is missing");
  }
  if (credential == KubeCredential{}) {
    return not_logged_in(login, "its answer has neither a token nor a certificate");
  }
  if (has_control_characters(credential.token.reveal())) {
    return not_logged_in(login, "its token holds control characters");
  }
  if (const std::string until = string_or(status, "expirationTimestamp"); !until.empty()) {
    const auto time = parse_rfc3339(until);
    if (!time) return not_logged_in(login, "expirationTimestamp: " + time.error().message);
    credential.expires = *time;
  }
  return credential;
}

Result<KubeCredential> log_in(const ExecLogin& login, bool has_terminal, const RunProgram& run) {
  const auto call = login_call(login, has_terminal);
  if (!call) return call.error();
  const auto end = run(*call);
  if (end) return read_login_reply(login, *end);
  Error error = with_context("logging in", end.error());
  if (error.kind == ErrorKind::kTimeout) return error;
  if (error.kind == ErrorKind::kNotFound && !login.install_hint.empty()) {
    error.message += "\n" + login.install_hint;
  }
  // Callers take kNotFound and kRefused for the server's word about an object.
  error.kind = ErrorKind::kUnauthorized;
  return error;
}

}  // namespace freshet
