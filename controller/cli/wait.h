// When `status --wait` ends, and how. Pure: one look at a time, with a little memory between looks.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "controller/show/detail.h"

namespace freshet {

// What --digest accepts: a whole digest, a reference that ends in one, or at least 12 of its
// hexadecimal digits.
Result<std::string> parse_wanted_digest(const std::string& text);

struct Wait {
  std::string digest;  // as parsed; "": whatever is newest
  TimePoint began{};
  std::string rollout;  // the one that was seen going on last
};

struct WaitEnd {
  int exit_code = 0;
  std::string sentence;
  bool operator==(const WaitEnd&) const = default;
};

// Nothing wrong is called an end before it has lasted this long: objects are applied one by one.
inline constexpr seconds kTroubleLasts{30};
// Beyond the poll period, before a digest that no tag names counts as not followed.
inline constexpr minutes kPollSlack{1};

// nullopt: go on waiting.
std::optional<WaitEnd> wait_end(const ServiceDetail& detail, Wait& wait, TimePoint now);

}  // namespace freshet
