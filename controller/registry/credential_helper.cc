// Names, questions and answers of credential helpers.
#include "controller/registry/credential_helper.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"

namespace freshet {
namespace {

constexpr std::string_view kNotFoundReply = "credentials not found in native keychain";
constexpr std::string_view kHelperTokenUser = "<token>";  // the secret is an identity token
constexpr const char* kHubServer = "https://index.docker.io/v1/";

std::string server_of(const ImageReference& reference) {
  const std::string registry = canonical_registry(reference.registry);
  return registry == "docker.io" ? kHubServer : registry;
}

std::string described(const HelperCall& call) {
  return "credential helper " + printable(call.name, kMaxHelperNameBytes) + " for " +
         printable(call.server);
}

Error unusable(const HelperCall& call, const std::string& what) {
  return make_error(ErrorKind::kUnauthorized, described(call) + ": " + what + "; try: echo " +
                                                  printable(call.server) + " | docker-credential-" +
                                                  printable(call.name, kMaxHelperNameBytes) +
                                                  " get");
}

}  // namespace

Result<std::string> helper_program(const HelperCall& call) {
  const bool well_formed = !call.name.empty() && call.name.size() <= kMaxHelperNameBytes &&
                           std::ranges::all_of(call.name, [](char c) {
                             return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                    (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
                           });
  if (!well_formed) {
    return bad_input("credential helper '" + printable(call.name, kMaxHelperNameBytes) +
                     "': not a name; allowed: up to " + std::to_string(kMaxHelperNameBytes) +
                     " letters, digits, '-', '_' and '.'");
  }
  return "docker-credential-" + call.name;
}

Result<Credential> read_helper_reply(const HelperCall& call, const HelperReply& reply) {
  if (reply.exit_status != 0) {
    if (trim(reply.output) == kNotFoundReply) return Credential{};
    return unusable(call, "it ended with status " + std::to_string(reply.exit_status));
  }
  const auto parsed = parse_json(reply.output, kMaxHelperReplyBytes);
  if (!parsed || !parsed->is_object()) return unusable(call, "its answer is not a JSON object");
  Credential credential;
  credential.username = string_or(*parsed, "Username");
  Secret secret{string_or(*parsed, "Secret")};
  if (secret.empty()) return Credential{};
  if (has_control_characters(credential.username) || has_control_characters(secret.reveal())) {
    return unusable(call, "its answer holds control characters");
  }
  credential.identity = "helper " + call.name + "#" + call.server;
  (credential.username == kHelperTokenUser ? credential.identity_token : credential.password) =
      std::move(secret);
  return credential;
}

std::optional<HelperCall> helper_of_registry(const DockerConfig& config,
                                             const ImageReference& reference) {
  const auto found = config.helpers.find(canonical_registry(reference.registry));
  if (found == config.helpers.end()) return std::nullopt;
  return HelperCall{found->second, server_of(reference)};
}

std::optional<HelperCall> helper_of_store(const DockerConfig& config,
                                          const ImageReference& reference) {
  if (config.store.empty()) return std::nullopt;
  return HelperCall{config.store, server_of(reference)};
}

}  // namespace freshet
