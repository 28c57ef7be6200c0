// Reading and comparing semantic versions.
#include "base/semver.h"

#include <algorithm>

#include "base/text.h"

namespace freshet {
namespace {

constexpr std::size_t kMaxNumberDigits = 18;  // fits 64 bits; dates and build numbers have fewer

bool is_numeric(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Numbers by value, before words; words byte by byte.
std::strong_ordering compare_identifiers(std::string_view a, std::string_view b) {
  const bool a_numeric = is_numeric(a);
  if (a_numeric != is_numeric(b)) {
    return a_numeric ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  if (a_numeric && a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

bool is_identifier(std::string_view text) {
  constexpr std::string_view kAllowed =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-";
  const bool leading_zero = is_numeric(text) && text.size() > 1 && text.front() == '0';
  return !text.empty() && !leading_zero &&
         text.find_first_not_of(kAllowed) == std::string_view::npos;
}

}  // namespace

std::strong_ordering operator<=>(const SemVer& a, const SemVer& b) {
  if (const auto order = a.major <=> b.major; order != 0) return order;
  if (const auto order = a.minor <=> b.minor; order != 0) return order;
  if (const auto order = a.patch <=> b.patch; order != 0) return order;
  // A release comes after its pre-releases.
  if (a.pre_release.empty() != b.pre_release.empty()) {
    return a.pre_release.empty() ? std::strong_ordering::greater : std::strong_ordering::less;
  }
  const std::size_t both = std::min(a.pre_release.size(), b.pre_release.size());
  for (std::size_t i = 0; i < both; ++i) {
    const auto order = compare_identifiers(a.pre_release[i], b.pre_release[i]);
    if (order != 0) return order;
  }
  return a.pre_release.size() <=> b.pre_release.size();
}

std::optional<std::int64_t> parse_semver_number(std::string_view text) {
  const bool leading_zero = text.size() > 1 && text.front() == '0';
  if (!is_numeric(text) || leading_zero || text.size() > kMaxNumberDigits) return std::nullopt;
  return parse_whole(text);
}

std::optional<std::vector<std::string>> parse_pre_release(std::string_view text) {
  auto identifiers = split(text, '.');
  if (!std::ranges::all_of(identifiers, is_identifier)) return std::nullopt;
  return identifiers;
}

std::optional<SemVer> parse_semver(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  SemVer out;
  const auto dash = text.find('-');
  if (dash != std::string_view::npos) {
    auto pre_release = parse_pre_release(text.substr(dash + 1));
    if (!pre_release) return std::nullopt;
    out.pre_release = std::move(*pre_release);
  }
  const auto numbers = split(text.substr(0, dash), '.');
  if (numbers.size() != 3) return std::nullopt;
  const auto major = parse_semver_number(numbers[0]);
  const auto minor = parse_semver_number(numbers[1]);
  const auto patch = parse_semver_number(numbers[2]);
  if (!major || !minor || !patch) return std::nullopt;
  out.major = *major;
  out.minor = *minor;
  out.patch = *patch;
  return out;
}

std::string to_string(const SemVer& version) {
  std::string text = std::to_string(version.major) + "." + std::to_string(version.minor) + "." +
                     std::to_string(version.patch);
  if (!version.pre_release.empty()) text += "-" + join(version.pre_release, ".");
  return text;
}

}  // namespace freshet
