// WWW-Authenticate: bounded, and the choice among challenges answers for each of them.
#include "controller/registry/challenge.h"
#include "tests/fuzz/fuzz.h"

using namespace freshet;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const auto challenges = parse_challenges(text);
  fuzz::require(challenges.size() <= kMaxChallenges);
  if (const auto bearer = find_bearer(challenges)) fuzz::require(!bearer->realm.empty());
  (void)offers_basic(challenges);
  const std::string half(text.substr(0, size / 2));
  const std::string rest(text.substr(size / 2));
  const HttpHeaders headers = {{"WWW-Authenticate", half}, {"www-authenticate", rest}};
  fuzz::require(challenges_of(headers).size() <= kMaxChallenges);
  return 0;
}
