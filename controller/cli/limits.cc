// Limits that an operator sets, read from flags.
#include "controller/cli/limits.h"

#include <algorithm>

#include "base/text.h"
#include "controller/registry/budget.h"

namespace freshet {

Result<std::map<std::string, double>> registry_rates(const std::vector<std::string>& texts) {
  std::map<std::string, double> rates;
  for (const std::string& text : texts) {
    const auto at = text.find('=');
    const auto rate = at == text.npos ? std::nullopt : parse_whole(text.substr(at + 1));
    if (at == 0 || !rate || *rate < 1 || *rate > kMostRequestsPerSecond) {
      return bad_input("--registry-rate is " + text +
                       "; allowed: HOST[:PORT]=N, where N is a whole number from 1 to 1000");
    }
    rates[text.substr(0, at)] = static_cast<double>(*rate);
  }
  return rates;
}

Result<std::int64_t> byte_size(const std::string& flag, const std::string& text) {
  constexpr std::int64_t kMost = 1024;
  const bool giga = text.ends_with("Gi");
  const std::string digits = text.substr(0, text.size() - std::min<std::size_t>(2, text.size()));
  const auto number = giga || text.ends_with("Mi") ? parse_whole(digits) : std::nullopt;
  if (!number || *number < 1 || *number > (giga ? kMost : kMost * kMost)) {
    return bad_input(flag + " is " + printable(text, 40) +
                     "; allowed: 1Mi to 1024Gi, as in 500Mi or 2Gi");
  }
  return *number << (giga ? 30 : 20);
}

}  // namespace freshet
