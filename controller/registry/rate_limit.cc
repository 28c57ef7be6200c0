// Numbers out of three headers.
#include "controller/registry/rate_limit.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/text.h"

namespace freshet {
namespace {

// The number in front, as in "100;w=21600" or "100, 100;w=60".
std::optional<std::int64_t> leading_number(const HttpHeaders& headers, std::string_view name) {
  const auto value = find_header(headers, name);
  if (!value) return std::nullopt;
  const std::string_view text = trim(*value);
  return parse_whole(text.substr(0, text.find_first_not_of("0123456789")));
}

std::optional<std::int64_t> window_parameter(const HttpHeaders& headers, std::string_view name) {
  constexpr std::string_view kParameter = ";w=";
  const auto value = find_header(headers, name);
  if (!value) return std::nullopt;
  const std::string_view text = *value;
  const auto at = text.find(kParameter);
  if (at == text.npos) return std::nullopt;
  const auto number = text.substr(at + kParameter.size());
  return parse_whole(number.substr(0, number.find_first_not_of("0123456789")));
}

}  // namespace

std::optional<RateLimit> rate_limit(const HttpHeaders& headers) {
  const auto limit = leading_number(headers, "RateLimit-Limit");
  const auto remaining = leading_number(headers, "RateLimit-Remaining");
  auto window = leading_number(headers, "RateLimit-Reset");
  if (!window) window = window_parameter(headers, "RateLimit-Remaining");
  if (!window) window = window_parameter(headers, "RateLimit-Limit");
  if (!limit || *limit == 0 || !remaining || !window) return std::nullopt;
  const auto longest = std::chrono::duration_cast<seconds>(kLongestRateWindow).count();
  return RateLimit{static_cast<double>(*limit), static_cast<double>(std::min(*remaining, *limit)),
                   seconds(std::clamp<std::int64_t>(*window, 1, longest))};
}

}  // namespace freshet
