// How the command line asks a registry.
#include "controller/cli/registry_access.h"

#include <map>

#include "base/text.h"
#include "controller/registry/endpoint.h"
#include "controller/runtime/credential_reading.h"

namespace freshet {
namespace {

constexpr std::int64_t kMaxTimeoutSeconds = 300;

}  // namespace

Result<RegistryOptions> registry_options(Context& context,
                                         const std::vector<std::string>& plain_http) {
  std::vector<std::string> hosts = plain_http;
  if (const auto more = context.sources.variable("FRESHET_PLAIN_HTTP")) hosts.push_back(*more);
  RegistryOptions options;
  Result<std::set<std::string>> parsed = parse_plain_http(join(hosts, ","));
  if (!parsed) return parsed.error();
  options.plain_http = std::move(*parsed);
  if (const auto timeout = context.sources.variable("FRESHET_TIMEOUT")) {
    const auto number = parse_whole(*timeout);
    if (!number || *number < 1 || *number > kMaxTimeoutSeconds) {
      return bad_input("FRESHET_TIMEOUT is " + printable(*timeout, 40) +
                       "; allowed: whole seconds from 1 to 300");
    }
    options.timeout = seconds(*number);
  }
  return options;
}

Result<DockerConfig> docker_config(Context& context) {
  const auto folder = context.sources.variable("DOCKER_CONFIG");
  const auto home = context.sources.variable("HOME");
  if (!folder && !home) return DockerConfig{};
  const std::string path = (folder ? *folder : *home + "/.docker") + "/config.json";
  const Result<std::string> text = context.sources.read(path);
  if (!text && text.error().kind == ErrorKind::kNotFound) return DockerConfig{};
  if (!text) return bad_input(text.error().message);
  return parse_docker_config(*text, path);
}

CredentialCandidates candidates_with(
    Context& context, const DockerConfig& config, const CredentialNeed& need,
    const std::function<SourceContent(const SourceKey&)>& content) {
  std::map<SourceKey, SourceContent> read;
  return credential_candidates(need, [&](const SourceKey& key) {
    SourceContent& kept = read[key];
    if (key.kind == SourceKind::kDockerConfig) {
      kept.config = config;
    } else if (key.kind == SourceKind::kHelper) {
      auto answer = read_helper({key.place, key.name}, context.ask_helper);
      if (answer) kept = *std::move(answer);
      if (!answer) kept.problem = answer.error().message;
    } else {
      kept = content(key);
    }
    return &kept;
  });
}

Result<ResolvedReference> resolve_reference(Context& context, const std::string& reference,
                                            const std::vector<std::string>& plain_http) {
  const Result<ImageReference> image = parse_image_reference(reference);
  if (!image) return bad_input(image.error().message);
  const Result<DockerConfig> config = docker_config(context);
  if (!config) return ResolvedReference{credentials_failure(config.error()), ""};
  const auto nothing_else = [](const SourceKey&) { return SourceContent{}; };
  return resolve_with(context, *image, plain_http,
                      candidates_with(context, *config, {"", *image, {}}, nothing_else));
}

Result<ResolvedReference> resolve_with(Context& context, const ImageReference& image,
                                       const std::vector<std::string>& plain_http,
                                       const CredentialCandidates& candidates) {
  const Result<RegistryOptions> options = registry_options(context, plain_http);
  if (!options) return options.error();
  const Result<Url> origin = api_origin(image, *options);
  if (!origin) return bad_input(origin.error().message);
  NetOptions net;
  net.addresses.private_hosts.assign(options->plain_http.begin(), options->plain_http.end());
  net.addresses.private_hosts.push_back(host_and_port(*origin));  // the user named this one
  if (const auto file = context.sources.variable("FRESHET_CA_FILE")) {
    Result<std::string> pem = context.sources.read(*file);
    if (!pem) return bad_input(pem.error().message);
    net.extra_ca_pem = std::move(*pem);
  }
  auto transport = context.make_transport(std::move(net));
  if (!transport) return transport.error();
  std::vector<Credential> credentials = candidates.credentials;
  if (credentials.empty()) credentials.emplace_back();
  ResolvedReference out{RegistryFailure{}, ""};
  for (const Credential& credential : credentials) {
    out.identity = credential.identity;
    out.image = resolve_image(image, credential, *options, **transport,
                              [&context] { return context.clock.now(); });
    auto* failure = std::get_if<RegistryFailure>(&out.image);
    if (failure == nullptr) break;
    for (const std::string& problem : candidates.problems) failure->message += "; " + problem;
    if (failure->kind != RegistryFailureKind::kAuthentication) break;
  }
  return out;
}

}  // namespace freshet
