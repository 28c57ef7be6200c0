// What one interval after the other shows of noise beyond chance (dispersion.h).
#pragma once

#include "analysis/evidence.h"
#include "analysis/interval.h"

namespace freshet {

// After what was judged: noise is learned from what is past. `settled`: what is finished was begun
// under this percent.
void learn_noise(NoiseEvidence& noise, const Interval& interval, bool settled);

}  // namespace freshet
