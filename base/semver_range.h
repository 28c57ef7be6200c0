// Ranges of semantic versions, in the notation that npm, Flux and Masterminds share: ~1.4, ^1,
// >=1.4 <2, 1.4.x, 1.2 - 1.6, and several of these with || between them.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/semver.h"

namespace freshet {

struct SemVerBound {
  enum class Kind { kEqual, kAtLeast, kAbove, kAtMost, kBelow };
  Kind kind = Kind::kEqual;
  SemVer version;
  bool operator==(const SemVerBound&) const = default;
};

struct SemVerRange {
  // A version is in the range if all bounds of one of these hold.
  std::vector<std::vector<SemVerBound>> any_of;
  bool operator==(const SemVerRange&) const = default;

  // A pre-release only where a bound names a pre-release of the same three numbers, as
  // >=1.4.0-rc.1 does: nobody who writes ~1.4 asked for 1.4.3-beta. With a lower bound of -0, as in
  // >=1.4.0-0, all in the range: so Flux and Masterminds' semver let them be asked for.
  bool contains(const SemVer& version) const;
};

inline constexpr std::size_t kMaxRangeBytes = 200;

// kBadInput says which part of the text is no range.
Result<SemVerRange> parse_semver_range(std::string_view text);

}  // namespace freshet
