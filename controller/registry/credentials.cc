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

void split_key(CredentialEntry& entry) {
  std::string_view rest = entry.key;
  if (const auto scheme = rest.find("://"); scheme != rest.npos) rest = rest.substr(scheme + 3);
  const auto slash = rest.find('/');
  entry.host = canonical_registry(rest.substr(0, slash));
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
  if (!matches_host(entry.host, canonical_registry(reference.registry))) return false;
  if (entry.path.empty()) return true;
  const std::string_view repository = reference.repository;
  return repository.starts_with(entry.path) &&
         (repository.size() == entry.path.size() || repository[entry.path.size()] == '/');
}

// Kubernetes sorts keys as text, backwards: of two paths of one host the longer comes first, and
// letters come before a *.
std::string sort_key(const CredentialEntry& entry) {
  return entry.path.empty() ? entry.host : entry.host + "/" + entry.path;
}

Status read_entries(const Json& auths, DockerConfig& config) {
  const std::string where = "docker config " + config.source + ": ";
  if (!auths.is_null() && !auths.is_object()) return bad_input(where + "'auths' is not an object");
  if (auths.size() > kMaxCredentialEntries) {
    return bad_input(where + "more than " + std::to_string(kMaxCredentialEntries) +
                     " entries in 'auths'");
  }
  for (const auto& [key, value] : auths.items()) {
    config.entries.push_back(read_entry(key, value, config.source));
  }
  std::ranges::stable_sort(config.entries, std::ranges::greater{}, sort_key);
  return {};
}

void read_helpers(const Json& object, DockerConfig& config) {
  config.store = string_or(object, "credsStore");
  const Json& helpers = at_path(object, {"credHelpers"});
  if (!helpers.is_object()) return;
  for (const auto& [host, name] : helpers.items()) {
    CredentialEntry key;
    key.key = host;
    split_key(key);
    if (name.is_string()) config.helpers.emplace(key.host, name.get<std::string>());
  }
}

Result<Json> parse_object(std::string_view text, const std::string& source) {
  auto parsed = parse_json(text, kMaxDockerConfigBytes);
  if (!parsed) return with_context("docker config " + source, parsed.error());
  if (!parsed->is_object()) return bad_input("docker config " + source + ": not a JSON object");
  return parsed;
}

}  // namespace

std::string canonical_registry(std::string_view host) {
  std::string name = to_lower(host);
  const bool hub = name == "index.docker.io" || name == "registry-1.docker.io";
  return hub ? "docker.io" : name;
}

Result<DockerConfig> parse_docker_config(std::string_view text, std::string source) {
  const auto parsed = parse_object(text, source);
  if (!parsed) return parsed.error();
  DockerConfig config;
  config.source = std::move(source);
  if (const auto read = read_entries(at_path(*parsed, {"auths"}), config); !read) {
    return read.error();
  }
  read_helpers(*parsed, config);
  return config;
}

Result<DockerConfig> parse_dockercfg(std::string_view text, std::string source) {
  const auto parsed = parse_object(text, source);
  if (!parsed) return parsed.error();
  DockerConfig config;
  config.source = std::move(source);
  if (const auto read = read_entries(*parsed, config); !read) return read.error();
  return config;
}

FoundCredentials find_credentials(const DockerConfig& config, const ImageReference& reference) {
  FoundCredentials found;
  for (const auto& entry : config.entries) {
    if (!matches(entry, reference)) continue;
    if (!entry.problem.empty()) {
      found.problems.push_back("docker config " + config.source + ": entry '" +
                               printable(entry.key) + "': " + entry.problem);
    } else if (!entry.credential.anonymous()) {
      found.credentials.push_back(entry.credential);
    }
  }
  return found;
}

}  // namespace freshet
