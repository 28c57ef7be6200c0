// Origins, URLs, and which other hosts may be followed.
#include "controller/registry/endpoint.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"

namespace freshet {
namespace {

// The last two labels, or three below a country's "co.uk" and the like. No list of public suffixes
// is consulted: the registry itself names the realm, so this only has to stop a stray one.
std::string registrable_domain(const std::string& host) {
  constexpr std::size_t kCountryLabel = 2;
  constexpr std::array<std::string_view, 10> kBelowCountries = {"ac",  "co", "com", "edu", "go",
                                                                "gov", "ne", "net", "or",  "org"};
  const auto labels = split(host, '.');
  if (labels.size() < 2) return host;
  const auto& second = labels[labels.size() - 2];
  const bool two_part_suffix = labels.back().size() == kCountryLabel &&
                               std::ranges::find(kBelowCountries, second) != kBelowCountries.end();
  const std::size_t wanted = std::min<std::size_t>(labels.size(), two_part_suffix ? 3 : 2);
  return join(std::span(labels).last(wanted), ".");
}

bool is_address(const std::string& host) {
  return host.find(':') != std::string::npos ||
         host.find_first_not_of("0123456789.") == std::string::npos;
}

bool same_domain(const Url& a, const Url& b) {
  if (a.host == b.host) return true;
  if (is_address(a.host) || is_address(b.host)) return false;
  const auto domain = registrable_domain(a.host);
  return domain.find('.') != std::string::npos && domain == registrable_domain(b.host);
}

std::string api_host(const std::string& registry) {
  return registry == "docker.io" ? "registry-1.docker.io" : registry;
}

Error refused(std::string message) { return make_error(ErrorKind::kRefused, std::move(message)); }

}  // namespace

Result<std::set<std::string>> parse_plain_http(std::string_view text) {
  std::set<std::string> hosts;
  for (const auto& part : split(text, ',')) {
    const std::string entry(trim(part));
    if (entry.empty()) continue;
    const auto url = parse_url("http://" + entry);
    if (!url || host_and_port(*url) != to_lower(entry)) {
      return bad_input("plain http is allowed for an exact host:port: found '" + printable(entry) +
                       "'");
    }
    hosts.insert(host_and_port(*url));
  }
  return hosts;
}

Result<TokenHosts> parse_token_hosts(std::string_view text) {
  TokenHosts out;
  for (const auto& part : split(text, ',')) {
    const std::string entry(trim(part));
    if (entry.empty()) continue;
    const auto equals = entry.find('=');
    const std::string registry(trim(entry.substr(0, equals)));
    const auto from = parse_url("https://" + api_host(registry));
    const auto to = equals == entry.npos
                        ? from
                        : parse_url("https://" + std::string(trim(entry.substr(equals + 1))));
    if (equals == entry.npos || !from || !to || from->target != "/" || to->target != "/") {
      return bad_input("found '" + printable(entry) +
                       "'; allowed: REGISTRY[:PORT]=HOST[:PORT], as in r.io=auth.example.com");
    }
    out.emplace(host_and_port(*from), host_and_port(*to));
  }
  return out;
}

Result<Url> api_origin(const ImageReference& reference, const RegistryOptions& options) {
  const std::string host = api_host(reference.registry);
  auto plain = parse_url("http://" + host);
  if (!plain) return plain;
  if (options.plain_http.contains(host_and_port(*plain))) return plain;
  return parse_url("https://" + host);
}

std::string manifest_url(const Url& origin, std::string_view repository,
                         std::string_view tag_or_digest) {
  return to_string(Url{origin.scheme, origin.host, origin.port, ""}) + "/v2/" +
         std::string(repository) + "/manifests/" + std::string(tag_or_digest);
}

std::string tags_url(const Url& origin, std::string_view repository, int page_size) {
  const std::string query = page_size > 0 ? "?n=" + std::to_string(page_size) : "";
  return to_string(Url{origin.scheme, origin.host, origin.port, ""}) + "/v2/" +
         std::string(repository) + "/tags/list" + query;
}

std::string blob_url(const Url& origin, std::string_view repository, const Digest& digest) {
  return to_string(Url{origin.scheme, origin.host, origin.port, ""}) + "/v2/" +
         std::string(repository) + "/blobs/" + digest.get();
}

bool same_origin(const Url& a, const Url& b) {
  return a.scheme == b.scheme && a.host == b.host && a.port == b.port;
}

std::string host_and_port(const Url& url) {
  const bool brackets = url.host.find(':') != std::string::npos;
  return (brackets ? "[" + url.host + "]" : url.host) + ":" + std::to_string(url.port);
}

std::string to_string(const Url& url) {
  const bool brackets = url.host.find(':') != std::string::npos;
  const int usual = url.scheme == "https" ? 443 : 80;
  const std::string host = brackets ? "[" + url.host + "]" : url.host;
  return url.scheme + "://" + (url.port == usual ? host : host_and_port(url)) + url.target;
}

Result<Url> redirect_target(const Url& from, std::string_view location,
                            const RegistryOptions& options) {
  const std::string origin = to_string(Url{from.scheme, from.host, from.port, ""});
  std::string text(location.substr(0, location.find('#')));
  if (text.starts_with("//")) {
    text = from.scheme + ":" + text;
  } else if (text.starts_with('/')) {
    text = origin + text;
  } else if (text.find("://") == std::string::npos) {
    const auto path = from.target.substr(0, from.target.find('?'));
    text = text.starts_with('?') ? origin + path + text
                                 : origin + path.substr(0, path.rfind('/') + 1) + text;
  }
  const auto target = parse_url(text);
  // Not echoed: a presigned URL is a credential.
  if (!target) return refused("redirected by " + host_and_port(from) + " to a malformed URL");
  if (target->scheme == "http" && from.scheme == "https") {
    return refused("redirected from https at " + from.host + " to plain http at " + target->host);
  }
  if (target->scheme == "http" && !options.plain_http.contains(host_and_port(*target))) {
    return refused("redirected to plain http at " + host_and_port(*target) +
                   ", which is not opted in");
  }
  return *target;
}

Status check_realm(const Url& registry, const Url& realm, bool with_credentials,
                   const RegistryOptions& options) {
  const std::string who =
      "the registry " + registry.host + " sends us for a token to " + host_and_port(realm) + ", ";
  if (realm.scheme == "http" &&
      (registry.scheme != "http" || !options.plain_http.contains(host_and_port(realm)))) {
    return refused(who + "over plain http");
  }
  const std::pair listed(host_and_port(registry), host_and_port(realm));
  if (with_credentials && !same_domain(registry, realm) && !options.token_hosts.contains(listed)) {
    return refused(
        who + "which is of another domain and not listed (FRESHET_TOKEN_HOSTS or --token-host " +
        listed.first + "=" + listed.second + "): no credentials are sent");
  }
  return {};
}

}  // namespace freshet
