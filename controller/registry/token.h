// Bearer tokens: what to ask of a token server, and how to read its answer.
// distribution/docs: spec/auth/token.md (GET) and spec/auth/oauth.md (POST).
#pragma once

#include <string>

#include "base/http.h"
#include "base/result.h"
#include "base/secret.h"
#include "controller/registry/challenge.h"
#include "controller/registry/credentials.h"

namespace freshet {

inline constexpr std::size_t kMaxTokenBodyBytes = 64 << 10;

struct Token {
  Secret value;
  TimePoint renew_at{};  // a little before it expires
  bool operator==(const Token&) const = default;
};

// What to ask for: what was demanded if that is reading only, else reading this repository.
std::string scope_to_ask(const BearerScheme& bearer, const std::string& repository);

// GET; an identity token goes into a POST's form, unless `post_refused` (a server without OAuth2
// answers 404 or 405), then as docker does, as a password of the user "<token>".
HttpRequest token_request(const BearerScheme& bearer, const std::string& scope,
                          const Credential& credential, bool post_refused);

// Of a 200. Errors say nothing of the body: it may hold a token.
Result<Token> parse_token(const std::string& body, TimePoint now);

std::string basic_authorization(const Credential& credential);  // "Basic …", a header's value

}  // namespace freshet
