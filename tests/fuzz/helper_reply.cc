// Answers of credential helpers: the first byte is the exit status.
#include "base/text.h"
#include "controller/registry/credential_helper.h"
#include "tests/fuzz/fuzz.h"

using namespace freshet;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const HelperReply reply{data[0] & 1, std::string(fuzz::text_of(data + 1, size - 1))};
  const auto credential = read_helper_reply({"pass", "r.io"}, reply);
  if (credential) fuzz::require(!has_control_characters(credential->username));
  return 0;
}
