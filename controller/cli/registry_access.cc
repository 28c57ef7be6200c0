// How the command line asks a registry.
#include "controller/cli/registry_access.h"

#include <map>

#include "base/text.h"
#include "controller/cli/egress_flags.h"
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
  const auto listed = context.sources.variable("FRESHET_TOKEN_HOSTS");
  auto token_hosts = parse_token_hosts(listed.value_or(""));
  if (!token_hosts) return with_context("FRESHET_TOKEN_HOSTS", token_hosts.error());
  options.token_hosts = *std::move(token_hosts);
  if (const auto timeout = context.sources.variable("FRESHET_TIMEOUT")) {
    const auto number = parse_whole(*timeout);
    if (!number || *number < 1 || *number > kMaxTimeoutSeconds) {
      return bad_input("FRESHET_TIMEOUT is " + printable(*timeout, 40) +
                       "; allowed: whole seconds from 1 to 300");
    }
    options.timeout = seconds(*number);
    options.list_timeout = options.timeout;
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

Result<RegistryClient> registry_client(Context& context, const ImageReference& image,
                                       const std::vector<std::string>& plain_http) {
  Result<RegistryOptions> options = registry_options(context, plain_http);
  if (!options) return options.error();
  const Result<Url> origin = api_origin(image, *options);
  if (!origin) return bad_input(origin.error().message);
  NetOptions net;
  auto egress = find_egress({}, context.sources);
  if (!egress) return egress.error();
  if (!egress->ignored.empty()) context.out.complain(egress->ignored);
  net.egress = std::move(egress->proxy);
  net.addresses.private_hosts.assign(options->plain_http.begin(), options->plain_http.end());
  net.addresses.private_hosts.push_back(host_and_port(*origin));  // the user named this one
  if (const auto file = context.sources.variable("FRESHET_CA_FILE")) {
    Result<std::string> pem = context.sources.read(*file);
    if (!pem) return bad_input(pem.error().message);
    net.extra_ca_pem = std::move(*pem);
  }
  auto transport = context.make_transport(std::move(net));
  if (!transport) return transport.error();
  return RegistryClient{std::move(*options), std::move(*transport)};
}

namespace {

CredentialCandidates own_candidates(Context& context, const DockerConfig& config,
                                    const ImageReference& image) {
  const auto nothing_else = [](const SourceKey&) { return SourceContent{}; };
  return candidates_with(context, config, {"", image, {}}, nothing_else);
}

}  // namespace

Result<ResolvedReference> resolve_reference(Context& context, const std::string& reference,
                                            const std::vector<std::string>& plain_http) {
  const Result<ImageReference> image = parse_image_reference(reference);
  if (!image) return bad_input(image.error().message);
  const Result<DockerConfig> config = docker_config(context);
  if (!config) return ResolvedReference{credentials_failure(config.error()), ""};
  return resolve_with(context, *image, plain_http, own_candidates(context, *config, *image));
}

Result<ResolvedReference> resolve_with(Context& context, const ImageReference& image,
                                       const std::vector<std::string>& plain_http,
                                       const CredentialCandidates& candidates,
                                       const std::optional<FollowSpec>& follow) {
  auto client = registry_client(context, image, plain_http);
  if (!client) return client.error();
  ResolvedReference out{RegistryFailure{}, ""};
  out.image = ask_with_each(candidates, out.identity, [&](const Credential& credential) {
    return resolve_image(
        image, credential, client->options, *client->transport,
        [&context] { return context.clock.now(); }, follow);
  });
  return out;
}

Result<ListedTags> list_tags_of(Context& context, const std::string& repository,
                                const std::vector<std::string>& plain_http) {
  const Result<ImageReference> image = parse_image_reference(repository);
  if (!image) return bad_input(image.error().message);
  if (image->tag || image->digest) {
    return bad_input("--tags lists a repository: found " + printable(repository) +
                     "; allowed: registry/repository without a tag");
  }
  const Result<DockerConfig> config = docker_config(context);
  if (!config) return ListedTags(credentials_failure(config.error()));
  auto client = registry_client(context, *image, plain_http);
  if (!client) return client.error();
  std::string identity;
  return ask_with_each(own_candidates(context, *config, *image), identity,
                       [&](const Credential& credential) {
                         return list_tags(*image, credential, client->options, *client->transport,
                                          [&context] { return context.clock.now(); });
                       });
}

}  // namespace freshet
