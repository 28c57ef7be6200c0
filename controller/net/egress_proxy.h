// The proxy that requests to the outside go through, and which hosts need none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/http.h"
#include "base/result.h"
#include "base/secret.h"
#include "controller/net/address.h"

namespace freshet {

struct EgressProxy {
  std::string url;    // "http://proxy:3128"; "": none
  Secret login = {};  // "user:password", each percent-encoded; "": none
  std::vector<std::string>
      direct;  // NO_PROXY: names, ".name", addresses, blocks, with a port or not
  bool operator==(const EgressProxy&) const = default;
};

// As HTTPS_PROXY and NO_PROXY have them: "http://user:password@proxy:3128", "proxy:3128"; names, of
// which those below are meant as well, addresses and blocks between commas. This machine itself is
// never asked for of a proxy. kBadInput never shows the login.
Result<EgressProxy> parse_egress_proxy(std::string_view proxy, std::string_view no_proxy);

// Only https: what is asked without TLS is the operator's own, and near.
bool goes_through(const EgressProxy& proxy, const Url& url);

// The proxy resolves the name, so no address is seen here. What a registry or an issuer names must
// still not lead into our own network by an address or a bare name, unless it is listed.
bool may_ask_proxy_for(const AddressPolicy& policy, const Url& url);

}  // namespace freshet
