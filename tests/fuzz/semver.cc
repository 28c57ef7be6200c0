// Versions and ranges: the first line is a range, the second a version.
#include "base/semver.h"

#include "base/semver_range.h"
#include "tests/fuzz/fuzz.h"

using namespace freshet;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const auto end = text.find('\n');
  const auto range = parse_semver_range(text.substr(0, end));
  const auto version = parse_semver(end == std::string_view::npos ? text : text.substr(end + 1));
  if (!version) return 0;
  const auto again = parse_semver(to_string(*version));
  fuzz::require(again.has_value() && *again == *version);
  if (range) (void)range->contains(*version);
  return 0;
}
