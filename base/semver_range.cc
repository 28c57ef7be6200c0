// Every notation becomes bounds: ~1.4 is at least 1.4.0 and below 1.5.0-0.
#include "base/semver_range.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/text.h"

namespace freshet {
namespace {

using Bounds = std::vector<SemVerBound>;
using Kind = SemVerBound::Kind;

// 1, 1.4, 1.4.x, *, 1.4.2-rc.1: what is absent or x stands for every number.
struct PartialVersion {
  std::optional<std::int64_t> major;
  std::optional<std::int64_t> minor;
  std::optional<std::int64_t> patch;
  std::vector<std::string> pre_release;

  SemVer lowest() const {
    return {major.value_or(0), minor.value_or(0), patch.value_or(0), pre_release};
  }
  // The first version above every one that this stands for, less its pre-releases.
  SemVer after() const {
    if (!minor) return {*major + 1, 0, 0, {"0"}};
    return {*major, *minor + 1, 0, {"0"}};
  }
};

bool is_any(std::string_view text) { return text == "x" || text == "X" || text == "*"; }

std::optional<PartialVersion> parse_partial(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  PartialVersion out;
  const auto dash = text.find('-');
  const auto parts = split(text.substr(0, dash), '.');
  if (parts.size() > 3) return std::nullopt;
  const std::array<std::optional<std::int64_t>*, 3> numbers = {&out.major, &out.minor, &out.patch};
  bool any = false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (is_any(parts[i])) {
      any = true;
      continue;
    }
    const auto number = parse_semver_number(parts[i]);
    if (!number || any) return std::nullopt;  // a number after x says nothing
    *numbers[i] = *number;
  }
  if (dash == std::string_view::npos) return out;
  auto pre_release = parse_pre_release(text.substr(dash + 1));
  if (!out.patch || !pre_release) return std::nullopt;
  out.pre_release = std::move(*pre_release);
  return out;
}

Bounds between(SemVer low, SemVer high) {
  return {{Kind::kAtLeast, std::move(low)}, {Kind::kBelow, std::move(high)}};
}

Bounds at_least(const PartialVersion& version) { return {{Kind::kAtLeast, version.lowest()}}; }

Bounds equal_to(const PartialVersion& version) {
  if (!version.major) return at_least(version);
  if (version.patch) return {{Kind::kEqual, version.lowest()}};
  return between(version.lowest(), version.after());
}

Bounds tilde(const PartialVersion& version) {
  if (!version.major) return at_least(version);
  return between(version.lowest(), version.after());
}

// The leftmost number that is not 0 stays.
Bounds caret(const PartialVersion& version) {
  if (!version.major) return at_least(version);
  const SemVer low = version.lowest();
  if (low.major > 0 || !version.minor) return between(low, {low.major + 1, 0, 0, {"0"}});
  if (low.minor > 0 || !version.patch) return between(low, {0, low.minor + 1, 0, {"0"}});
  return between(low, {0, 0, low.patch + 1, {"0"}});
}

Bounds above(const PartialVersion& version) {
  if (version.patch) return {{Kind::kAbove, version.lowest()}};
  SemVer next = version.after();
  next.pre_release.clear();
  return {{Kind::kAtLeast, std::move(next)}};
}

Bounds at_most(const PartialVersion& version) {
  if (version.patch) return {{Kind::kAtMost, version.lowest()}};
  return {{Kind::kBelow, version.after()}};
}

Bounds below(const PartialVersion& version) {
  SemVer low = version.lowest();
  if (!version.patch) low.pre_release = {"0"};
  return {{Kind::kBelow, std::move(low)}};
}

Error no_range(std::string_view part) {
  return bad_input("'" + printable(part, 60) + "' is no version or range");
}

struct Operator {
  std::string_view sign;
  Bounds (*bounds)(const PartialVersion&);
  bool needs_number;  // nothing is above or below every version
};
constexpr std::array<Operator, 8> kOperators = {{{">=", at_least, false},
                                                 {"<=", at_most, true},
                                                 {"~>", tilde, false},
                                                 {">", above, true},
                                                 {"<", below, true},
                                                 {"~", tilde, false},
                                                 {"^", caret, false},
                                                 {"=", equal_to, false}}};

Result<Bounds> parse_term(std::string_view term) {
  Operator found{"", equal_to, false};
  for (const Operator& each : kOperators) {
    if (!term.starts_with(each.sign)) continue;
    found = each;
    break;
  }
  const auto version = parse_partial(trim(term.substr(found.sign.size())));
  if (!version || (found.needs_number && !version->major)) return no_range(term);
  return found.bounds(*version);
}

// Words between spaces or commas; a sign alone belongs to the word after it.
std::vector<std::string> terms_of(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, ',', ' ');
  std::vector<std::string> terms;
  bool sign_alone = false;
  for (const std::string& word : split(spaced, ' ')) {
    if (word.empty()) continue;
    if (sign_alone) {
      terms.back() += word;
    } else {
      terms.push_back(word);
    }
    sign_alone = terms.back().find_first_not_of("<>=~^") == std::string::npos;
  }
  return terms;
}

Result<Bounds> parse_alternative(std::string_view text) {
  const auto terms = terms_of(text);
  if (terms.empty()) return bad_input("a part of the range is empty; * is every release");
  if (terms.size() == 3 && terms[1] == "-") {  // 1.2 - 1.6
    const auto low = parse_partial(terms[0]);
    const auto high = parse_partial(terms[2]);
    if (!low || !high || !low->major || !high->major) return no_range(text);
    Bounds bounds = at_least(*low);
    const Bounds more = at_most(*high);
    bounds.insert(bounds.end(), more.begin(), more.end());
    return bounds;
  }
  Bounds bounds;
  for (const std::string& term : terms) {
    auto more = parse_term(term);
    if (!more) return more.error();
    bounds.insert(bounds.end(), more->begin(), more->end());
  }
  return bounds;
}

bool holds(const SemVerBound& bound, const SemVer& version) {
  switch (bound.kind) {
    case Kind::kEqual: return version == bound.version;
    case Kind::kAtLeast: return version >= bound.version;
    case Kind::kAbove: return version > bound.version;
    case Kind::kAtMost: return version <= bound.version;
    case Kind::kBelow: return version < bound.version;
  }
  return false;
}

bool names_pre_releases_of(const SemVerBound& bound, const SemVer& version) {
  return !bound.version.pre_release.empty() && bound.version.major == version.major &&
         bound.version.minor == version.minor && bound.version.patch == version.patch;
}

// >=1.4.0-0: no pre-release is lower than -0, so who writes it means them all. As an upper bound -0
// is what keeps those of the next version out.
bool asks_for_pre_releases(const SemVerBound& bound) {
  const bool is_lower = bound.kind == Kind::kAtLeast || bound.kind == Kind::kAbove;
  return is_lower && bound.version.pre_release == std::vector<std::string>{"0"};
}

}  // namespace

bool SemVerRange::contains(const SemVer& version) const {
  return std::ranges::any_of(any_of, [&](const Bounds& bounds) {
    const bool allowed =
        version.pre_release.empty() || std::ranges::any_of(bounds, [&](const SemVerBound& bound) {
          return asks_for_pre_releases(bound) || names_pre_releases_of(bound, version);
        });
    return allowed && std::ranges::all_of(
                          bounds, [&](const SemVerBound& bound) { return holds(bound, version); });
  });
}

Result<SemVerRange> parse_semver_range(std::string_view text) {
  if (text.size() > kMaxRangeBytes) return bad_input("the range is too long");
  SemVerRange range;
  for (;;) {
    const auto bar = text.find("||");
    auto bounds = parse_alternative(text.substr(0, bar));
    if (!bounds) return bounds.error();
    range.any_of.push_back(std::move(*bounds));
    if (bar == std::string_view::npos) return range;
    text.remove_prefix(bar + 2);
  }
}

}  // namespace freshet
