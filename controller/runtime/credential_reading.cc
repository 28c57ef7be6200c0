// One reading of each kind of source.
#include "controller/runtime/credential_reading.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/knative/views.h"
#include "controller/registry/reading_schedule.h"
#include "controller/runtime/paths.h"

namespace freshet {

namespace {

SourceContent nothing_because(std::string problem) {
  SourceContent content;
  content.problem = std::move(problem);
  return content;
}

// What the API server's refusal says of the object; an error where it may pass by itself.
Result<SourceContent> without_object(const std::string& what, const Error& error) {
  if (error.kind == ErrorKind::kNotFound) return nothing_because(what + " is not there");
  if (error.kind != ErrorKind::kForbidden) return with_context("reading " + what, error);
  SourceContent content = nothing_because(what + " may not be read (NoPullSecretAccess)");
  content.denied_to = refused_account(error.message);
  return content;
}

Result<SourceContent> read_account(const ServiceKey& key, KubeClient& kube) {
  const auto reply = kube.get(service_account_path(key));
  if (!reply) return without_object("ServiceAccount " + to_string(key), reply.error());
  SourceContent content;
  content.secrets = listed_pull_secrets(reply->body);
  return content;
}

Result<SourceContent> read_secret(const ServiceKey& key, KubeClient& kube) {
  const auto reply = kube.get(secret_path(key));
  if (!reply) return without_object("Secret " + to_string(key), reply.error());
  auto config = read_pull_secret(reply->body);
  if (!config) return nothing_because(config.error().message);
  SourceContent content;
  content.config = *std::move(config);
  return content;
}

Result<SourceContent> read_own_config(const CredentialWorld& world) {
  SourceContent content;
  if (!world.docker_config) return content;
  const auto text = world.docker_config();
  if (!text) return text.error();
  auto config = parse_docker_config(*text, "config.json");
  if (!config) return config.error();
  content.config = *std::move(config);
  return content;
}

}  // namespace

Result<SourceContent> read_helper(const HelperCall& call, const AskHelper& ask) {
  if (!ask) return bad_input("credential helpers are not run here");
  const auto reply = ask(call);
  if (!reply) return reply.error();
  auto credential = read_helper_reply(call, *reply);
  if (!credential) return credential.error();
  SourceContent content;
  content.credential = *std::move(credential);
  return content;
}

Result<SourceContent> read_source(const SourceKey& key, const CredentialWorld& world) {
  switch (key.kind) {
    case SourceKind::kDockerConfig: return read_own_config(world);
    case SourceKind::kServiceAccount: return read_account({key.place, key.name}, world.kube);
    case SourceKind::kSecret: return read_secret({key.place, key.name}, world.kube);
    case SourceKind::kHelper: return read_helper({key.place, key.name}, world.ask_helper);
  }
  return bad_input("no such source of credentials");
}

Duration good_for(SourceKind kind) {
  switch (kind) {
    case SourceKind::kDockerConfig: return kConfigFileGoodFor;
    case SourceKind::kServiceAccount:
    case SourceKind::kSecret: return kSecretGoodFor;
    case SourceKind::kHelper: return kHelperGoodFor;
  }
  return kSecretGoodFor;
}

}  // namespace freshet
