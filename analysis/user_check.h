// A user's query: is the canary's value worse than stable's more often than not? A sign test, so
// that no value's size, unit or spread matters, and one wild value no more than another.
#pragma once

#include <array>

#include "analysis/eprocess.h"
#include "analysis/interval.h"
#include "analysis/settings.h"
#include "base/time.h"

namespace freshet {

// Chances of a worse value tried at once.
inline constexpr std::array<double, 4> kWorseChances = {0.6, 0.75, 0.9, 0.99};
using CheckProcess = Mixture<kWorseChances.size()>;

// Beyond what the rule lets it be; of negative values `times` stretches the amount.
bool is_worse(const CheckRule& rule, const CheckValues& values);
// One look. The e-values' mean is at most 1 whenever, given all before, the canary is worse with a
// chance of one half at most. A canary as good as stable is, where looks do not overlap (hence
// CheckRule::every) and its values are as often above as below stable's, or the tolerance is wide.
std::array<double, kWorseChances.size()> check_logs(bool worse);

}  // namespace freshet
