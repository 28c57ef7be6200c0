// The checks that a new digest passes before it counts, in order; each is pure and has a name that
// people are told. ReadableByDigest comes before all: it is the confirmation itself (confirm.h).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"
#include "controller/registry/confirm.h"

namespace freshet {

inline constexpr std::int64_t kDefaultMaxImageBytes = std::int64_t{64} << 30;

// Platforms that are asked of an image. Empty: nothing is.
struct WantedPlatforms {
  std::vector<Platform> platforms;
  bool any_will_do = false;  // one of them is enough: which nodes take the pods cannot be told
  std::string whose;         // "the cluster's nodes", for sentences
  bool operator==(const WantedPlatforms&) const = default;
};

// All that the checks look at.
struct ConfirmCase {
  std::string image;  // as it is followed, "ghcr.io/acme/app:1.4"
  Confirmed found;    // that it names, as read by digest
  TimePoint first_seen{};
  WantedPlatforms wanted = {};
  std::int64_t max_image_bytes = kDefaultMaxImageBytes;
  Duration minimum_age{0};
  TimePoint now{};
};

struct Passed {
  bool operator==(const Passed&) const = default;
};
struct WaitUntil {
  TimePoint until{};
  std::string sentence;  // names image, digest, check, what was found and what is allowed
  bool operator==(const WaitUntil&) const = default;
};
struct NotAllowed {
  std::string sentence;  // likewise
  bool operator==(const NotAllowed&) const = default;
};
using ConfirmVerdict = std::variant<Passed, WaitUntil, NotAllowed>;

// What a check finds. Nothing known is nothing found.
struct Finding {
  std::string found;
  std::string allowed;
  std::optional<TimePoint> until;  // when it passes by itself
};
struct ConfirmCheck {
  std::string_view name;
  std::optional<Finding> (*look)(const ConfirmCase&);  // nullopt: it passes
};
std::span<const ConfirmCheck> confirm_checks();

// The first check that does not pass decides.
ConfirmVerdict judge(const ConfirmCase& one);

}  // namespace freshet
