// Image references: what is accepted is printed so that it reads as the same again.
#include "controller/model/image_reference.h"
#include "tests/fuzz/fuzz.h"

using namespace freshet;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto reference = parse_image_reference(fuzz::text_of(data, size));
  if (!reference) return 0;
  const auto again = parse_image_reference(to_string(*reference));
  fuzz::require(again.has_value() && *again == *reference);
  return 0;
}
