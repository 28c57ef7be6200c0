// The sign test on a user's query.
#include "analysis/user_check.h"

#include <cmath>

namespace freshet {

bool is_worse(const CheckRule& rule, const CheckValues& values) {
  const double amount = std::abs(values.stable);
  if (rule.lower_is_worse) {
    return values.canary < values.stable - (1 - 1 / rule.times) * amount - rule.plus;
  }
  return values.canary > values.stable + (rule.times - 1) * amount + rule.plus;
}

std::array<double, kWorseChances.size()> check_logs(bool worse) {
  std::array<double, kWorseChances.size()> out{};
  for (std::size_t j = 0; j < out.size(); ++j) {
    out[j] = std::log(2 * (worse ? kWorseChances[j] : 1 - kWorseChances[j]));
  }
  return out;
}

}  // namespace freshet
