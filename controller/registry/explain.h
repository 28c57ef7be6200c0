// What one request of a resolution came to, for `freshet resolve --explain`: as a person would want
// to read it, and without a secret.
#pragma once

#include <string>
#include <vector>

#include "base/http.h"
#include "base/json.h"
#include "base/time.h"

namespace freshet {

struct ExplainedExchange {
  std::string request;        // "HEAD https://ghcr.io/v2/acme/app/manifests/1.4"
  std::string identity;       // whose connection it went over; "": nobody's
  std::string authorization;  // the scheme that was sent, "Bearer" or "Basic"; "": none
  bool conditional = false;   // with If-None-Match
  int status = 0;             // 0: no answer
  Duration took{};
  std::string meaning;  // "asks for a Bearer token of https://ghcr.io/token (…)"
  HttpHeaders headers;  // of the answer: those that decide something, as far as they can be shown
  bool operator==(const ExplainedExchange&) const = default;
};

// The credentials of `request`, and what follows the '?' of a presigned URL, are in no field, also
// where the server sends them back.
ExplainedExchange explain(const HttpRequest& request, const Result<HttpResponse>& reply,
                          Duration took, TimePoint now);

// "1. HEAD https://… → 401 in 38ms: …", then a line a header.
std::string explained_text(const std::vector<ExplainedExchange>& exchanges);
// [{"request","identity","authorization","conditional","status","milliseconds","meaning",
// "headers":[{"name","value"}]}]
Json to_json(const std::vector<ExplainedExchange>& exchanges);

}  // namespace freshet
