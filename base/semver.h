// Semantic versions (semver.org 2.0.0) as image tags have them: 1.4.2, v1.4.2-rc.1.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freshet {

struct SemVer {
  std::int64_t major = 0;
  std::int64_t minor = 0;
  std::int64_t patch = 0;
  std::vector<std::string> pre_release;  // "rc.1" → rc, 1; empty: a release
  bool operator==(const SemVer&) const = default;
};

// Precedence, as section 11 of the specification has it.
std::strong_ordering operator<=>(const SemVer& a, const SemVer& b);

// All three numbers, a leading v allowed; nullopt on anything else. Build metadata begins with a
// '+', which cannot be in a tag.
std::optional<SemVer> parse_semver(std::string_view text);
std::string to_string(const SemVer& version);  // without v

// For ranges, whose versions may be shorter.
std::optional<std::int64_t> parse_semver_number(std::string_view text);  // no leading zeros
std::optional<std::vector<std::string>> parse_pre_release(std::string_view text);

}  // namespace freshet
