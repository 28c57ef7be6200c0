// What the API server's Status objects mean.
#pragma once

#include <string_view>

#include "base/http.h"
#include "base/json.h"

namespace freshet {

inline constexpr std::size_t kMaxStatusMessageBytes = 1000;  // of a server's message, echoed

// As http_error(), but with the message of a Kubernetes Status word for word: webhooks and policies
// explain themselves there at length. Line ends become "; ".
Error kube_error(std::string_view what, const HttpResponse& response, TimePoint now);
// The same for a Status that came inside a watch.
Error kube_status_error(std::string_view what, const Json& status, TimePoint now);

// Is this the answer to a resourceVersion that the server has not reached yet?
// (504 with cause ResourceVersionTooLarge: another, older API server, or a restored backup.)
bool is_too_large_resource_version(const HttpResponse& response);

}  // namespace freshet
