// Named checks, one function each.
#include "controller/registry/confirm_checks.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace freshet {
namespace {

std::string list_of(const std::vector<Platform>& platforms, std::string_view between) {
  std::vector<std::string> names;
  for (const Platform& platform : platforms) names.push_back(to_string(platform));
  return join(names, between);
}

// An image that tells no platform may have the right one.
std::optional<Finding> platforms_present(const ConfirmCase& one) {
  const auto& wanted = one.wanted.platforms;
  const auto has = [&](const Platform& platform) { return has_platform(one.found, platform); };
  if (one.found.platforms.empty() || std::ranges::all_of(wanted, has)) return std::nullopt;
  if (one.wanted.any_will_do && std::ranges::any_of(wanted, has)) return std::nullopt;
  return Finding{
      list_of(one.found.platforms, ", "),
      list_of(wanted, one.wanted.any_will_do ? " or " : " and ") + " (" + one.wanted.whose + ")",
      std::nullopt};
}

std::optional<Finding> size_within_limit(const ConfirmCase& one) {
  const auto size = one.found.layer_bytes;
  if (!size || *size <= one.max_image_bytes) return std::nullopt;
  return Finding{with_thousands(*size) + " bytes of compressed layers",
                 "at most " + with_thousands(one.max_image_bytes) + " (--max-image-size)",
                 std::nullopt};
}

std::optional<Finding> minimum_age(const ConfirmCase& one) {
  const bool made_later = one.found.created && *one.found.created > one.first_seen;
  const TimePoint since = made_later ? *one.found.created : one.first_seen;
  const TimePoint until = since + one.minimum_age;
  // Without an age to wait for, clocks that differ are no reason to.
  if (one.minimum_age <= Duration::zero() || one.now >= until) return std::nullopt;
  return Finding{(made_later ? "made " : "first seen ") + format_rfc3339(since),
                 format_duration(one.minimum_age) + " old or older (images[].minimumAge)", until};
}

constexpr std::array<ConfirmCheck, 3> kConfirmChecks = {{
    {"PlatformsPresent", platforms_present},
    {"SizeWithinLimit", size_within_limit},
    {"MinimumAge", minimum_age},
}};

}  // namespace

std::span<const ConfirmCheck> confirm_checks() { return kConfirmChecks; }

ConfirmVerdict judge(const ConfirmCase& one) {
  const std::string named = one.image + " names " + one.found.digest.short_form();
  for (const ConfirmCheck& check : confirm_checks()) {
    const auto finding = check.look(one);
    if (!finding) continue;
    const std::string facts = "; found: " + finding->found + "; allowed: " + finding->allowed;
    const std::string who = ", which check " + std::string(check.name);
    if (finding->until) {
      return WaitUntil{*finding->until,
                       named + who + " lets wait until " + format_rfc3339(*finding->until) + facts};
    }
    return NotAllowed{named + who + " refuses" + facts};
  }
  return Passed{};
}

}  // namespace freshet
