// HttpTransport over libcurl: HTTP/2 where the server has it, one connection pool an identity, no
// redirects, no proxy unless configured, http and https only, everything bounded (bounds.h).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/http.h"
#include "base/secret.h"
#include "controller/net/address.h"
#include "controller/net/egress_proxy.h"

namespace freshet {

struct NetOptions {
  std::string extra_ca_pem;  // trusted besides the system's authorities (a private registry's)
  std::string only_ca_pem;   // trusted instead of the system's (an API server's); wins
  bool insecure_skip_verify = false;   // only where a person said so
  std::string client_certificate_pem;  // both or neither
  Secret client_key_pem;
  std::string user_agent = "freshet";
  // "http://host:port", for every request; the address filter then sees only the proxy: not
  // applied.
  std::string proxy;
  EgressProxy egress;  // for what goes_through() says, where `proxy` is not set
  // "HOST:PORT" to connect to, whatever the URL names; its host stays that of Host and TLS.
  std::string connect_to;
  AddressPolicy addresses;
  Duration stream_idle = minutes(10);  // a stream silent for longer is a kTimeout
  // Asked a few times a second while a stream is open; true ends it as kTransient. Exchanges
  // that are not streams are short and are let finish: a write's answer should not be lost.
  std::function<bool()> stop;
  // After each exchange, for metrics; status 0 where no answer came. Called from any thread.
  std::function<void(std::string_view host, int status)> on_exchange;
};

// Checks the options and makes them ready for use, libcurl as well.
// Errors: kBadInput for options that cannot be used.
Status prepare_net_options(NetOptions& options);

// Thread-safe: each call borrows a pool of connections of the request's identity for its duration.
// A request that fails on a kept connection before any byte came back is sent once more on a new
// one (libcurl's habit), also a write: writes must carry a precondition.
// Errors: kBadInput for options that cannot be used.
Result<std::unique_ptr<HttpTransport>> make_curl_transport(NetOptions options);

}  // namespace freshet
