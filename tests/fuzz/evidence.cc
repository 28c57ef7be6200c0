// Evidence that is read back from a status: what is accepted is written again as it was, and can be
// judged.
#include "analysis/evidence.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/analyzer.h"
#include "analysis/reader.h"
#include "tests/fuzz/fuzz.h"

using namespace freshet;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto json = parse_json(fuzz::text_of(data, size), kMaxEvidenceBytes);
  if (!json) return 0;
  const auto evidence = evidence_from_json(*json);
  if (!evidence) return 0;
  const auto again = evidence_from_json(evidence_to_json(*evidence));
  fuzz::require(again.has_value() && *again == *evidence);
  AnalysisSettings settings;
  settings.latency_bounds = {0.1, 0.25, 0.5};
  settings.objectives = {{std::nullopt, 0.02}, {0.25, 0.05}};
  settings.checks = {{"memory"}};
  settings.stable_error_rate = 0.002;
  Evidence own = *evidence;
  own.settings = settings_hash(settings);
  if (!belongs_to(own, own.candidate_uid, settings)) return 0;
  constexpr TimePoint kNow{hours(1)};
  Interval interval{kNow - seconds(10), kNow, {50, 1}, {450, 2}, 10};
  interval.stable_half = {200, 1};
  interval.checks["memory"] = {2, 1};
  (void)read_window(own.reader, kNow);
  (void)is_stale(own.reader, kNow);
  (void)stable_stopped(own.reader, kNow);
  for (const bool later : {false, true}) {
    if (later) own = advance(std::move(own), interval, settings);
    const Verdict verdict = judge(own, settings, {.percent = 10}, kNow);
    fuzz::require(std::isfinite(verdict.rollback_evidence));
  }
  return 0;
}
