// Naming failures; mapping exchanges and statuses to them.
#include "controller/registry/failure.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"

namespace freshet {
namespace {

constexpr std::size_t kMaxErrorCodeBytes = 40;
constexpr std::size_t kMaxErrorBodyBytes = 64 << 10;

// The first error's code, if it has the form of one ("MANIFEST_UNKNOWN"): distribution spec,
// "Error Codes".
std::string error_code(const HttpResponse& response) {
  const auto parsed = parse_json(response.body, kMaxErrorBodyBytes);
  if (!parsed) return "";
  const Json& errors = at_path(*parsed, {"errors"});
  if (!errors.is_array() || errors.empty()) return "";
  const std::string code = string_or(errors[0], "code");
  const bool well_formed =
      code.size() <= kMaxErrorCodeBytes &&
      std::ranges::all_of(code, [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
  return well_formed ? code : "";
}

RegistryFailureKind kind_of(int status) {
  switch (status) {
    case 401:
    case 403: return RegistryFailureKind::kAuthentication;
    case 404: return RegistryFailureKind::kNotFound;
    case 408: return RegistryFailureKind::kUnreachable;
    case 429: return RegistryFailureKind::kRateLimited;
    default:
      return status >= 500 ? RegistryFailureKind::kUnreachable : RegistryFailureKind::kRefused;
  }
}

}  // namespace

std::string_view to_string(RegistryFailureKind kind) {
  switch (kind) {
    case RegistryFailureKind::kAuthentication: return "authentication";
    case RegistryFailureKind::kNotFound: return "notFound";
    case RegistryFailureKind::kUnreachable: return "unreachable";
    case RegistryFailureKind::kRefused: return "refused";
    case RegistryFailureKind::kNotAnImage: return "notAnImage";
    case RegistryFailureKind::kRateLimited: return "rateLimited";
    case RegistryFailureKind::kFewReadsLeft: return "fewReadsLeft";
    case RegistryFailureKind::kNoMatch: return "noMatch";
    case RegistryFailureKind::kInconsistent: return "inconsistent";
  }
  return "unknown";
}

std::string_view advice(RegistryFailureKind kind) {
  switch (kind) {
    case RegistryFailureKind::kAuthentication:
      return "Check the credentials for this registry (docker login, or the pull secret), and "
             "that the repository exists: many registries answer so for one that does not.";
    case RegistryFailureKind::kNotFound:
      return "Check the repository and the tag for typing errors; a private repository may also "
             "be answered so to a reader without credentials.";
    case RegistryFailureKind::kUnreachable:
      return "Check the registry's name and port, the network, and its certificate; a registry "
             "without TLS must be listed by host:port for plain http.";
    case RegistryFailureKind::kRefused:
      return "A rule was broken that protects credentials or memory; see the message, and allow "
             "the host only if you trust it.";
    case RegistryFailureKind::kNotAnImage:
      return "The tag names something else than a container image (a chart, a signature, an "
             "obsolete manifest), or the address is not a registry.";
    case RegistryFailureKind::kRateLimited:
      return "Wait as long as the registry asks, poll less often, or use credentials with a "
             "higher limit.";
    case RegistryFailureKind::kFewReadsLeft:
      return "Use credentials with a higher limit, here or where nodes pull.";
    case RegistryFailureKind::kNoMatch:
      return "Compare spec.images[].follow with the tags that freshet resolve --tags lists.";
    case RegistryFailureKind::kInconsistent:
      return "The registry contradicts itself: a push may be under way, or a mirror is stale. "
             "Try again later.";
  }
  return "";
}

RegistryFailure failure_of_exchange(std::string_view step, std::string_view what,
                                    const Error& error) {
  const auto kind = error.kind == ErrorKind::kRefused || error.kind == ErrorKind::kBadInput
                        ? RegistryFailureKind::kRefused
                        : RegistryFailureKind::kUnreachable;
  return {kind, std::string(step), std::string(what) + ": " + error.message, std::nullopt};
}

RegistryFailure failure_of_answer(std::string_view step, std::string_view what,
                                  const HttpResponse& response, TimePoint now) {
  std::string message = std::string(what) + ": HTTP " + std::to_string(response.status);
  if (const auto code = error_code(response); !code.empty()) message += " (" + code + ")";
  const auto wait = retry_after(response.headers, now);
  if (wait && *wait > Duration::zero()) message += ", retry after " + format_age(*wait);
  return {kind_of(response.status), std::string(step), std::move(message), wait};
}

}  // namespace freshet
