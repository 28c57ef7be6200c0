// WWW-Authenticate: several challenges in one header or in many (RFC 9110 11.6.1).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/http.h"

namespace freshet {

struct Challenge {
  std::string scheme;                             // lower case: "bearer", "basic", "negotiate"
  std::string token68;                            // "" where parameters follow
  std::map<std::string, std::string> parameters;  // names in lower case, values unquoted
  bool operator==(const Challenge&) const = default;
};

inline constexpr std::size_t kMaxChallengeBytes = 8192;  // all headers together
inline constexpr std::size_t kMaxChallenges = 16;

// Every well-formed challenge, in order. What is malformed is skipped to the next comma; a
// challenge that names a parameter twice with different values is dropped.
std::vector<Challenge> parse_challenges(std::string_view header);
std::vector<Challenge> challenges_of(const HttpHeaders& headers);

// How to answer: a token from a realm, or the password itself.
struct BearerScheme {
  std::string realm;
  std::string service;
  std::string scope;  // "" where none was demanded
  bool operator==(const BearerScheme&) const = default;
};

// Bearer where it has a realm, Basic only with a password, nothing else.
std::optional<BearerScheme> find_bearer(const std::vector<Challenge>& challenges);
bool offers_basic(const std::vector<Challenge>& challenges);

}  // namespace freshet
