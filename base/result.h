// Result<T>: a value or an Error. Errors are values that cross rooms; exceptions do not.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace freshet {

// What a caller may do about an error.
enum class ErrorKind {
  kTransient,     // may pass by itself: retry with backoff
  kPermanent,     // will not pass by itself
  kBadInput,      // what a person wrote is wrong
  kNotFound,      // the thing named is not there
  kConflict,      // someone else changed it first (HTTP 409)
  kGone,          // a resourceVersion or token is too old (HTTP 410)
  kUnauthorized,  // credentials missing or not accepted (HTTP 401)
  kForbidden,     // credentials accepted, permission missing (HTTP 403)
  kRateLimited,   // asked to wait (HTTP 429)
  kRefused,       // our own rule or the server's policy refuses it
  kTimeout,       // a deadline passed
};

std::string_view to_string(ErrorKind kind);

struct Error {
  ErrorKind kind = ErrorKind::kPermanent;
  std::string message;           // a sentence: what was being done, with what, and what went wrong
  long retry_after_seconds = 0;  // > 0 where a server said so (already clamped)

  bool operator==(const Error&) const = default;
};

// Puts `context` before the message: "reading Service shop/checkout: …". Once per layer.
Error with_context(std::string_view context, Error error);

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
  Result(Error error) : tl::expected<T, Error>(tl::unexpect, std::move(error)) {}
  Result(tl::expected<T, Error> other) : tl::expected<T, Error>(std::move(other)) {}
};

using Status = Result<void>;

inline Error make_error(ErrorKind kind, std::string message) {
  return Error{kind, std::move(message), 0};
}
inline Error bad_input(std::string message) {
  return make_error(ErrorKind::kBadInput, std::move(message));
}

}  // namespace freshet
