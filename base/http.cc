// Headers, and what an HTTP answer means as an Error.
#include "base/http.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"

namespace freshet {
namespace {

ErrorKind kind_of(int status) {
  switch (status) {
    case 400:  // also what an admission webhook's denial arrives as
    case 422: return ErrorKind::kRefused;
    case 401: return ErrorKind::kUnauthorized;
    case 403: return ErrorKind::kForbidden;
    case 404: return ErrorKind::kNotFound;
    case 408: return ErrorKind::kTransient;
    case 409: return ErrorKind::kConflict;
    case 410: return ErrorKind::kGone;
    case 429: return ErrorKind::kRateLimited;
    default: return status >= 500 ? ErrorKind::kTransient : ErrorKind::kPermanent;
  }
}

// What the server says about it: `message` (Kubernetes Status), `error` (Prometheus),
// `errors[0].message` (registries), or the beginning of the body.
std::string explanation(const HttpResponse& response) {
  std::string said;
  if (const auto parsed = parse_json(response.body, kMaxReplyBytes)) {
    const Json& errors = at_path(*parsed, {"errors"});
    said = string_or(*parsed, "message", string_or(*parsed, "error"));
    if (said.empty() && errors.is_array() && !errors.empty()) {
      said = string_or(errors[0], "message", string_or(errors[0], "code"));
    }
  }
  return printable(trim(said.empty() ? response.body : said));
}

}  // namespace

bool is_http_token_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_http_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_http_token_char);
}

std::optional<std::string> find_header(const HttpHeaders& headers, std::string_view name) {
  for (const HttpHeader& header : headers) {
    if (equals_ignore_case(header.name, name)) return header.value;
  }
  return std::nullopt;
}

std::vector<std::string> find_headers(const HttpHeaders& headers, std::string_view name) {
  std::vector<std::string> values;
  for (const HttpHeader& header : headers) {
    if (equals_ignore_case(header.name, name)) values.push_back(header.value);
  }
  return values;
}

Error http_error(std::string_view what, const HttpResponse& response, TimePoint now) {
  std::string message = std::string(what) + ": HTTP " + std::to_string(response.status);
  if (response.status >= 300 && response.status < 400) {
    message += ", a redirect, which is not followed here";
  } else if (const std::string said = explanation(response); !said.empty()) {
    message += ": " + said;
  }
  Error error = make_error(kind_of(response.status), std::move(message));
  if (const auto wait = retry_after(response.headers, now)) {
    error.retry_after_seconds = static_cast<long>(std::chrono::ceil<seconds>(*wait).count());
  }
  return error;
}

std::optional<Duration> retry_after(const HttpHeaders& headers, TimePoint now) {
  const auto value = find_header(headers, "Retry-After");
  if (!value) return std::nullopt;
  const std::string_view text = trim(*value);
  if (!text.empty() && text.find_first_not_of("0123456789") == text.npos) {
    // Too many digits, or a Unix time where seconds belong (seen at Docker Hub): the longest wait.
    const std::int64_t wanted = parse_whole(text).value_or(kMaxRetryAfter.count());
    return seconds(std::min<std::int64_t>(wanted, kMaxRetryAfter.count()));
  }
  const auto date = parse_http_date(text);
  if (!date) return std::nullopt;
  return std::clamp<Duration>(*date - now, Duration::zero(), kMaxRetryAfter);
}

}  // namespace freshet
