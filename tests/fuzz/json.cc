// Bounded JSON beside the library's own reading: what both accept is the same value, and they
// differ only in what our bounds refuse.
#include "base/json.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "tests/fuzz/fuzz.h"

using namespace freshet;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const Result<Json> parsed = parse_json(text);
  if (!parsed && parsed.error().message.starts_with("refused JSON")) return 0;
  if (!parsed && !is_valid_utf8(text)) return 0;  // the library does not look behind a NUL
  const Json expected = Json::parse(text.begin(), text.end(), nullptr, false);
  fuzz::require(parsed.has_value() == !expected.is_discarded());
  if (parsed) fuzz::require(*parsed == expected && dump_json(*parsed) == dump_json(expected));
  return 0;
}
