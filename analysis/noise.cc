// Noise, learned interval by interval.
#include "analysis/noise.h"

#include "analysis/metric_counts.h"

namespace freshet {
namespace {

// Of an arm's requests within a minute: an outage begins, and is over.
constexpr double kOutage = 0.25;
constexpr double kOutageEnds = 0.125;
constexpr double kFewErrors = 20;

// Does an arm fail much of what it gets, in this block? Who fails answers sooner, or later, than
// who works, so that other shares are finished than before and after. Of an arm that was not seen:
// as in the block before.
bool is_outage(const NoiseEvidence& noise) {
  const double most = noise.outage ? kOutageEnds : kOutage;
  const double few = noise.outage ? 0 : kFewErrors;
  const ShareCounts& requests = noise.requests.block;
  const ShareCounts& errors = noise.errors.block;
  const auto fails = [&](double failed, double all) {
    return all > 0 ? failed > few && failed >= most * all : noise.outage;
  };
  return fails(errors.part, requests.part) ||
         fails(errors.whole - errors.part, requests.whole - requests.part);
}

}  // namespace

void learn_noise(NoiseEvidence& noise, const Interval& i, bool settled) {
  const auto n = [](std::int64_t count) { return static_cast<double>(count); };
  if (!noise.since) noise.since = i.start;
  if (settled && i.percent > 0 && is_observed(i)) {
    const double canary = requests_per_interval(i, i.canary);
    add(noise.requests, canary, canary + requests_per_interval(i, i.stable));
  }
  add(noise.errors, n(i.canary.errors), n(i.canary.errors + i.stable.errors));
  const bool halved = i.stable_half.requests > 0 && i.stable_half.requests < i.stable.requests;
  if (halved) add(noise.halves, n(i.stable_half.errors), n(i.stable.errors));
  if (i.end - *noise.since < kNoiseBlock) return;
  const bool outage = is_outage(noise);
  if (outage != noise.outage) noise.requests.reference = {};
  noise.outage = outage;
  close_against_all(noise.requests);
  close_against_last(noise.errors);
  close_against_last(noise.halves);
  noise.since = i.end;
}

}  // namespace freshet
