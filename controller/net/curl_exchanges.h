// HttpExchanges over libcurl: one multi handle an identity, all driven by the thread that waits.
#pragma once

#include <memory>

#include "base/exchanges.h"
#include "controller/net/curl_transport.h"

namespace freshet {

// HTTP/2 is multiplexed where the server has it; connections are never shared between identities.
// Not streams: NetOptions::stop and stream_idle are not looked at.
// Errors: kBadInput for options that cannot be used; kTransient where the system has no more files.
Result<std::unique_ptr<HttpExchanges>> make_curl_exchanges(NetOptions options);

}  // namespace freshet
