// HTTP/1.1 as bytes: the head of a request read strictly, an answer written. Pure.
//
// Whatever two readers of the same bytes might understand differently is refused: requests reach
// us through proxies.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/http.h"

namespace freshet {

inline constexpr std::size_t kMaxRequestHeaders = 64;

struct RequestHead {
  HttpRequest request;   // `url` is the target alone: path and query; no body yet
  std::size_t body = 0;  // bytes, as Content-Length says
  bool operator==(const RequestHead&) const = default;
};

struct WireRefusal {
  int status = 400;
  std::string message;  // a sentence
  bool operator==(const WireRefusal&) const = default;
};

// `head` without the empty line that ends it. 400 where it is not HTTP, 501 for a body without
// a length, 505 for another version.
std::variant<RequestHead, WireRefusal> parse_request_head(std::string_view head);

// The first lines of an answer and the empty line after them. The connection is closed behind it;
// nullopt: its length is not known before.
std::string answer_head(const HttpResponse& answer, std::optional<std::size_t> length);

}  // namespace freshet
