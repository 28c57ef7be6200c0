// Where a registry's API is, and the rules for the hosts that it names: realms and redirects.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/http.h"
#include "base/result.h"
#include "controller/model/image_reference.h"

namespace freshet {

// A registry ("r.io:443", as its API is reached) and where its credentials may be sent for a token.
using TokenHosts = std::set<std::pair<std::string, std::string>>;

// What an operator may say about registries.
struct RegistryOptions {
  std::set<std::string> plain_http;  // exact "host:port", lower case
  TokenHosts token_hosts;
  std::map<std::string, double> requests_per_second;  // by registry, where not the usual
  Duration timeout = seconds(8);        // for a whole resolution, all requests together
  Duration list_timeout = seconds(60);  // for a tag list and the choice from it, before that
  bool operator==(const RegistryOptions&) const = default;
};

// "host:port,host:port" as in FRESHET_PLAIN_HTTP; empty text is an empty set.
Result<std::set<std::string>> parse_plain_http(std::string_view text);

// "r.io=auth.example.com,docker.io=…" as in FRESHET_TOKEN_HOSTS: REGISTRY[:PORT]=HOST[:PORT], where
// no port stands for that of https. What is listed for one registry is not for another.
Result<TokenHosts> parse_token_hosts(std::string_view text);

// The API's origin; Docker Hub's is not named like the registry.
Result<Url> api_origin(const ImageReference& reference, const RegistryOptions& options);
std::string manifest_url(const Url& origin, std::string_view repository,
                         std::string_view tag_or_digest);
// With `page_size` 0 the registry chooses the length of its pages.
std::string tags_url(const Url& origin, std::string_view repository, int page_size);
std::string blob_url(const Url& origin, std::string_view repository, const Digest& digest);

bool same_origin(const Url& a, const Url& b);  // scheme, host and port
std::string host_and_port(const Url& url);     // "[::1]:5000"
std::string to_string(const Url& url);         // without the port where it is the scheme's

// The URL a Location header names, seen from `from`: absolute, "//host/…", or a path. Refused:
// https to http, http to a host that is not opted in, anything parse_url refuses.
Result<Url> redirect_target(const Url& from, std::string_view location,
                            const RegistryOptions& options);

// Whether a token may be asked for at `realm` (go-containerregistry #2193: it comes from the
// network). https, or http where the registry itself and this exact host:port are opted in. With
// credentials also: the registry's own host, one of the same registrable domain, or listed for it.
Status check_realm(const Url& registry, const Url& realm, bool with_credentials,
                   const RegistryOptions& options);

}  // namespace freshet
