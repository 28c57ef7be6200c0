// Names of error kinds, and context.
#include "base/result.h"

namespace freshet {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kTransient: return "transient";
    case ErrorKind::kPermanent: return "permanent";
    case ErrorKind::kBadInput: return "bad input";
    case ErrorKind::kNotFound: return "not found";
    case ErrorKind::kConflict: return "conflict";
    case ErrorKind::kGone: return "gone";
    case ErrorKind::kUnauthorized: return "unauthorized";
    case ErrorKind::kForbidden: return "forbidden";
    case ErrorKind::kRateLimited: return "rate limited";
    case ErrorKind::kRefused: return "refused";
    case ErrorKind::kTimeout: return "timeout";
  }
  return "unknown";
}

Error with_context(std::string_view context, Error error) {
  error.message = std::string(context) + ": " + error.message;
  return error;
}

}  // namespace freshet
