// Recorded intervals, a line each: what is not one is refused with its line, and what is judged
// gives evidence that is a number.
#include "analysis/replay.h"

#include <cmath>

#include "tests/fuzz/fuzz.h"

using namespace freshet;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  ReplayOptions options;
  options.all = (data[0] & 1) != 0;
  const auto report = replay(fuzz::text_of(data + 1, size - 1), options);
  if (!report) {
    fuzz::require(report.error().message.size() < 2000);
    return 0;
  }
  for (const ReplayLine& line : report->lines) {
    fuzz::require(std::isfinite(line.verdict.rollback_evidence));
    for (const auto& [metric, e] : line.verdict.promote_evidence) fuzz::require(std::isfinite(e));
    fuzz::require(!print_replay_json(line).empty());
  }
  return 0;
}
