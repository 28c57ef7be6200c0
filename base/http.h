// HTTP requests and responses as values, and the one interface through which the shell sends them.
// Implementations: libcurl (controller/net), the simulated world in process
// (controller/net/local_transport.h).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"

namespace freshet {

struct HttpHeader {
  std::string name;
  std::string value;
  bool operator==(const HttpHeader&) const = default;
};
using HttpHeaders = std::vector<HttpHeader>;

// First value of `name` (case-insensitive), or nullopt.
std::optional<std::string> find_header(const HttpHeaders& headers, std::string_view name);
std::vector<std::string> find_headers(const HttpHeaders& headers, std::string_view name);

// "token" of RFC 9110, 5.6.2: methods, names of headers, schemes.
bool is_http_token_char(char c);
bool is_http_token(std::string_view text);

struct HttpRequest {
  std::string method = "GET";
  std::string url;      // absolute, http or https
  HttpHeaders headers;  // may hold credentials: never logged
  std::string body;
  Duration timeout = seconds(10);        // for the whole exchange
  std::size_t max_body_bytes = 1 << 20;  // a longer response is an error
  // Connections are shared only between requests of the same identity ("" = anonymous).
  std::string identity;
  // Shown to a server that asks for one, instead of the transport's own; both or neither. Another
  // certificate is another identity.
  std::string client_certificate_pem = {};
  Secret client_key_pem = {};
  bool operator==(const HttpRequest&) const = default;
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;
  bool operator==(const HttpResponse&) const = default;
};

// Why there is no response is an Error: kTransient (refused, reset, TLS, name), kTimeout, kRefused
// (the address filter or a bound). A response with any status is a value. Redirects are never
// followed here.
class HttpTransport {
 public:
  virtual ~HttpTransport() = default;

  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;

  // A long-lived response (a watch). `on_bytes` gets the body as it comes and returns false to end
  // the stream. Returns the head (body empty for a 2xx, bounded body otherwise) when it has ended.
  using OnBytes = std::function<bool(std::string_view bytes)>;
  virtual Result<HttpResponse> stream(const HttpRequest& request, const OnBytes& on_bytes) = 0;
};

struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case, IPv6 without brackets
  int port = 0;        // explicit or the scheme's
  std::string target;  // path and query, at least "/"
  bool operator==(const Url&) const = default;
};
Result<Url> parse_url(std::string_view text);  // refuses user info, fragments, control characters
std::string percent_encode(std::string_view text);  // everything but unreserved characters
std::optional<std::string> percent_decode(std::string_view text);

// What a failed exchange or a non-2xx answer means, as an Error: 401, 403, 404, 409, 410, 422, 429
// (Retry-After clamped to kMaxRetryAfter), 5xx. `what` is what was being done, with what.
inline constexpr seconds kMaxRetryAfter{600};
Error http_error(std::string_view what, const HttpResponse& response, TimePoint now);
// Retry-After as seconds or HTTP-date; clamped to [0, kMaxRetryAfter]; nullopt if absent or bad.
std::optional<Duration> retry_after(const HttpHeaders& headers, TimePoint now);

}  // namespace freshet
