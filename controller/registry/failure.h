// Why a question to a registry has no answer: a kind for programs, a sentence for people.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/http.h"
#include "base/time.h"

namespace freshet {

enum class RegistryFailureKind {
  kAuthentication,  // credentials missing, unreadable or not accepted
  kNotFound,        // no such repository or tag (registries often hide what is private as this)
  kUnreachable,     // refused, reset, TLS, 5xx, or no answer in time
  kRefused,         // our own rule, or the server's policy, refuses it
  kNotAnImage,      // an answer, but neither an image manifest nor an index of them
  kRateLimited,     // asked to wait (429)
  kFewReadsLeft,    // little is left of its limit: we hold back, so that nodes can pull
  kNoMatch,         // tags are there, but none that the policy follows
  kInconsistent,    // answers that contradict one another: a stale mirror, a push under way
};

// "authentication", "notFound", "unreachable", "refused", "notAnImage", "rateLimited",
// "fewReadsLeft" (of the poller alone), "noMatch", "inconsistent": as `freshet resolve -o json`
// prints them.
std::string_view to_string(RegistryFailureKind kind);
// One sentence: what a person can do about it.
std::string_view advice(RegistryFailureKind kind);

struct RegistryFailure {
  RegistryFailureKind kind = RegistryFailureKind::kUnreachable;
  std::string step;     // "credentials", "token", "tags", "policy", "head", "get", "confirm"
  std::string message;  // never holds a credential, nor text of a server beyond its error code
  std::optional<Duration> retry_after;  // clamped to kMaxRetryAfter
  bool operator==(const RegistryFailure&) const = default;
};

// What a failed exchange means: time, reach, or a bound or address rule that refused it.
RegistryFailure failure_of_exchange(std::string_view step, std::string_view what,
                                    const Error& error);
// What an answer with an unwanted status means. Of the body only the OCI error code is told
// ("DENIED"): a server may echo credentials anywhere else.
RegistryFailure failure_of_answer(std::string_view step, std::string_view what,
                                  const HttpResponse& response, TimePoint now);

}  // namespace freshet
