// Answers of token servers: a token that is taken has no control characters and can expire.
#include "controller/registry/token.h"

#include "base/text.h"
#include "tests/fuzz/fuzz.h"

using namespace freshet;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const TimePoint now = from_unix_seconds(1'790'000'000);
  const auto token = parse_token(std::string(fuzz::text_of(data, size)), now);
  if (!token) return 0;
  fuzz::require(!token->value.empty() && !has_control_characters(token->value.reveal()));
  fuzz::require(token->renew_at >= now);
  return 0;
}
