// Requests that never come back: a canary that hangs finishes none, so that its errors and latency
// show nothing. Of all requests finished, the canary's share is held against its percent.
#pragma once

#include <array>

#include "analysis/eprocess.h"

namespace freshet {

// The canary may finish so much less than its share before it is anyone's fault.
inline constexpr double kLossMargin = 0.6;
inline constexpr std::array<double, 5> kLossEffects = {0.7, 0.5, 0.3, 0.15, 0.05};
inline constexpr double kNearlyAllLost = 0.2;  // effects below it
// ln e in favour is worth no more than this, or good hours would outweigh a hang for minutes.
inline constexpr double kMostFinished = 20;

using LossProcess = Mixture<kLossEffects.size()>;
struct LossEvidence {
  LossProcess against;
  LossProcess uncapped;  // same, but this step's intervals count in full: for Reduce
  double in_favour = 0;  // ln e that it does finish more than kLossMargin of its share, this step
  bool operator==(const LossEvidence&) const = default;
};

// Finished requests of both arms within one interval, and the share of all that the canary was to
// get (above 0, below 1). The e-values' mean is at most 1 whenever it finishes kLossMargin of it.
// `split_is_known`: that requests are routed at random has shown. Before, only that nearly all are
// lost is held against the canary: a few users that stick to an arm make any lesser loss.
std::array<double, kLossEffects.size()> loss_logs(double canary, double stable, double share,
                                                  bool split_is_known);
// The opposite: its mean is at most 1 whenever the canary finishes no more than that.
double finished_log(double canary, double stable, double share);

}  // namespace freshet
