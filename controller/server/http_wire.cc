// Reading heads of requests by RFC 9112, leaving out what is obsolete; writing answers.
#include "controller/server/http_wire.h"

#include <algorithm>

#include "base/http.h"
#include "base/text.h"

namespace freshet {

namespace {

bool is_target(std::string_view text) {
  return text.starts_with('/') &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_header_value(std::string_view text) {
  return std::ranges::none_of(
      text, [](char c) { return c != '\t' && ((c >= '\0' && c < ' ') || c == '\x7f'); });
}

// The next line of `rest`, which is taken off it; lines end with CR LF and nothing else.
std::string_view next_line(std::string_view& rest) {
  const std::size_t end = rest.find("\r\n");
  const std::string_view line = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 2);
  return line;
}

std::optional<WireRefusal> take_request_line(std::string_view line, HttpRequest& request) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  const WireRefusal malformed{400, "the request line is not METHOD TARGET HTTP/1.1"};
  if (first == std::string_view::npos || first == last) return malformed;
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_http_token(line.substr(0, first)) || !is_target(target)) return malformed;
  if (!version.starts_with("HTTP/")) return malformed;
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return WireRefusal{505, "only HTTP/1.1 is spoken here"};
  }
  request.method = line.substr(0, first);
  request.url = target;
  return std::nullopt;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 202: return "Accepted";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Answer";
  }
}

}  // namespace

std::variant<RequestHead, WireRefusal> parse_request_head(std::string_view head) {
  RequestHead out;
  if (const auto refusal = take_request_line(next_line(head), out.request)) return *refusal;
  while (!head.empty()) {
    const std::string_view line = next_line(head);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_http_token(line.substr(0, colon))) {
      return WireRefusal{400, "a header line is not NAME: VALUE"};
    }
    const std::string_view value = line.substr(colon + 1);
    if (!is_header_value(value)) return WireRefusal{400, "a header has control characters"};
    if (out.request.headers.size() == kMaxRequestHeaders) {
      return WireRefusal{431, "there are more than 64 headers"};
    }
    out.request.headers.push_back({std::string(line.substr(0, colon)), std::string(trim(value))});
  }
  for (const char* once : {"Host", "Content-Length", "Authorization", "Content-Type"}) {
    if (find_headers(out.request.headers, once).size() > 1) {
      return WireRefusal{400, std::string(once) + " is given more than once"};
    }
  }
  if (find_header(out.request.headers, "Transfer-Encoding")) {
    return WireRefusal{501, "a body is sent with Content-Length here, not with Transfer-Encoding"};
  }
  if (const auto length = find_header(out.request.headers, "Content-Length")) {
    const auto bytes = parse_whole(*length);
    if (!bytes) return WireRefusal{400, "Content-Length is not a number"};
    out.body = static_cast<std::size_t>(*bytes);
  }
  return out;
}

std::string answer_head(const HttpResponse& answer, std::optional<std::size_t> length) {
  std::string out = "HTTP/1.1 " + std::to_string(answer.status) + " ";
  out += reason_phrase(answer.status);
  out += "\r\n";
  for (const HttpHeader& header : answer.headers) {
    if (!is_header_value(header.value)) continue;  // what would end the line is never ours
    out += header.name + ": " + header.value + "\r\n";
  }
  if (length) out += "Content-Length: " + std::to_string(*length) + "\r\n";
  return out + "Connection: close\r\n\r\n";
}

}  // namespace freshet
