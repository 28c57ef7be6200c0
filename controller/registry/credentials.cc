// Reading docker's config.json and matching its keys.
#include "controller/registry/credentials.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/json.h"
#include "base/text.h"

namespace freshet {
namespace {

constexpr std::string_view kTokenUser = "<token>";  // docker's mark for an identity token

// Every name of Docker Hub means the registry of a reference without one.
std::string canonical_host(std::string host) {
  host = to_lower(host);
  const bool hub = host == "index.docker.io" || host == "registry-1.docker.io";
  return hub ? "docker.io" : host;
}

void split_key(CredentialEntry& entry) {
  std::string_view rest = entry.key;
  if (const auto scheme = rest.find("://"); scheme != rest.npos) rest = rest.substr(scheme + 3);
  const auto slash = rest.find('/');
  entry.host = canonical_host(std::string(rest.substr(0, slash)));
  std::string_view path = slash == rest.npos ? std::string_view() : rest.substr(slash + 1);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path == "v1" || path == "v2") path = {};
  if (path.starts_with("v1/") || path.starts_with("v2/")) path.remove_prefix(3);
  entry.path = path;
}

// "user:password" out of base64; docker pads what it decodes with NULs.
bool decode_auth(std::string_view auth, Credential& credential) {
  const auto decoded = base64_decode(auth);
  if (!decoded) return false;
  const auto colon = decoded->find(':');
  if (colon == std::string::npos || colon == 0) return false;
  std::string password = decoded->substr(colon + 1);
  while (password.ends_with('\0')) password.pop_back();
  credential.username = decoded->substr(0, colon);
  credential.password = Secret(std::move(password));
  return true;
}

CredentialEntry read_entry(const std::string& key, const Json& value, const std::string& source) {
  CredentialEntry entry;
  entry.key = key;
  split_key(entry);
  if (!value.is_object()) {
    entry.problem = "it is not an object";
    return entry;
  }
  Credential& credential = entry.credential;
  if (const auto auth = string_or(value, "auth"); !auth.empty()) {
    if (!decode_auth(auth, credential)) entry.problem = "'auth' is not base64 of user:password";
  } else {
    credential.username = string_or(value, "username");
    credential.password = Secret(string_or(value, "password"));
  }
  if (credential.username == kTokenUser) {
    credential.identity_token = std::exchange(credential.password, Secret());
  }
  if (auto token = string_or(value, "identitytoken"); !token.empty()) {
    credential.identity_token = Secret(std::move(token));
    credential.password = Secret();
  }
  if (has_control_characters(credential.username)) entry.problem = "the user name is malformed";
  if (!credential.anonymous()) credential.identity = source + "#" + printable(key);
  return entry;
}

bool matches_label(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    return matches_label(pattern.substr(1), text) ||
           (!text.empty() && matches_label(pattern, text.substr(1)));
  }
  return !text.empty() && (pattern.front() == '?' || pattern.front() == text.front()) &&
         matches_label(pattern.substr(1), text.substr(1));
}

// Label by label: a * does not reach over a dot.
bool matches_host(const std::string& pattern, const std::string& host) {
  if (pattern.find_first_of("*?") == std::string::npos) return pattern == host;
  constexpr std::size_t kMaxStars = 8;  // keeps the matching above cheap
  if (std::ranges::count(pattern, '*') > static_cast<std::ptrdiff_t>(kMaxStars)) return false;
  const auto port_of = [](const std::string& text) {
    const auto colon = text.rfind(':');
    return colon == std::string::npos ? std::string() : text.substr(colon);
  };
  const auto port = port_of(host);
  if (port_of(pattern) != port) return false;
  const auto labels = split(host.substr(0, host.size() - port.size()), '.');
  return std::ranges::equal(split(pattern.substr(0, pattern.size() - port.size()), '.'), labels,
                            matches_label);
}

bool matches(const CredentialEntry& entry, const ImageReference& reference) {
  if (!matches_host(entry.host, canonical_host(reference.registry))) return false;
  if (entry.path.empty()) return true;
  const std::string_view repository = reference.repository;
  return repository.starts_with(entry.path) &&
         (repository.size() == entry.path.size() || repository[entry.path.size()] == '/');
}

std::string helper_note(const DockerConfig& config, const ImageReference& reference) {
  std::string helper = config.store;
  std::string what = "credsStore";
  for (const auto& [host, name] : config.helpers) {
    CredentialEntry key;
    key.key = host;
    split_key(key);
    if (key.host != canonical_host(reference.registry)) continue;
    helper = name;
    what = "credHelpers";
    break;
  }
  if (helper.empty()) return "";
  return config.source + " names the credential helper '" + printable(helper, 60) + "' (" + what +
         ") for " + reference.registry + ": credential helpers are not supported yet";
}

}  // namespace

Result<DockerConfig> parse_docker_config(std::string_view text, std::string source) {
  const auto parsed = parse_json(text, kMaxDockerConfigBytes);
  if (!parsed) return with_context("docker config " + source, parsed.error());
  if (!parsed->is_object()) return bad_input("docker config " + source + ": not a JSON object");
  DockerConfig config;
  config.source = std::move(source);
  const Json& auths = at_path(*parsed, {"auths"});
  if (!auths.is_null() && !auths.is_object()) {
    return bad_input("docker config " + config.source + ": 'auths' is not an object");
  }
  if (auths.size() > kMaxCredentialEntries) {
    return bad_input("docker config " + config.source + ": more than " +
                     std::to_string(kMaxCredentialEntries) + " entries in 'auths'");
  }
  for (const auto& [key, value] : auths.items()) {
    config.entries.push_back(read_entry(key, value, config.source));
  }
  std::ranges::stable_sort(config.entries, std::ranges::greater{}, [](const CredentialEntry& e) {
    return e.host.size() + (e.path.empty() ? 0 : 1 + e.path.size());
  });
  config.store = string_or(*parsed, "credsStore");
  const Json& helpers = at_path(*parsed, {"credHelpers"});
  if (helpers.is_object()) {
    for (const auto& [host, name] : helpers.items()) {
      if (name.is_string()) config.helpers.emplace(host, name.get<std::string>());
    }
  }
  return config;
}

Result<FoundCredential> find_credential(const DockerConfig& config,
                                        const ImageReference& reference) {
  for (const auto& entry : config.entries) {
    if (!matches(entry, reference)) continue;
    if (!entry.problem.empty()) {
      return make_error(ErrorKind::kUnauthorized, "docker config " + config.source + ": entry '" +
                                                      printable(entry.key) + "': " + entry.problem);
    }
    if (!entry.credential.anonymous()) return FoundCredential{entry.credential, ""};
  }
  return FoundCredential{Credential{}, helper_note(config, reference)};
}

}  // namespace freshet
