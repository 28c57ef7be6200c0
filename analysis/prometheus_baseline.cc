// Replies that are one value a series: stable's hour, and probes.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/prometheus.h"
#include "analysis/prometheus_json.h"

namespace freshet {

bool matches_code(std::string_view code, std::span<const std::string> patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [code](const std::string& pattern) {
    if (pattern.size() == 3 && pattern.ends_with("xx")) {
      return code.size() == 3 && code.front() == pattern.front();
    }
    return code == pattern;
  });
}

Result<StableBaseline> parse_baseline(std::string_view body, const Dialect& dialect,
                                      std::span<const std::string> error_codes) {
  const Result<Json> result = parse_prometheus(body, "vector");
  if (!result) return result.error();
  double requests = 0;
  double errors = 0;
  std::map<double, double> within;
  for (const Json& series : *result) {
    const auto sample = parse_sample(at_path(series, {"value"}));
    const auto le = parse_number(string_or(at_path(series, {"metric"}), "le"));
    if (!sample || !le) {
      return reply_error(ErrorKind::kTransient, "a series has no bucket or value");
    }
    if (!std::isfinite(sample->value) || sample->value < 0) continue;
    if (std::isfinite(*le)) {
      within[*le * dialect.unit] += sample->value;
      continue;
    }
    requests += sample->value;
    const std::string code = string_or(at_path(series, {"metric"}), dialect.code);
    if (matches_code(code, error_codes)) errors += sample->value;
  }
  StableBaseline baseline;
  if (requests <= 0) return baseline;
  baseline.requests_per_second = requests / to_seconds(kBaselineWindow);
  baseline.error_rate = std::min(1.0, errors / requests);
  for (const auto& [bound, count] : within) {
    baseline.slower_share[bound] = std::clamp(1 - count / requests, 0.0, 1.0);
  }
  return baseline;
}

Result<bool> parse_probe(std::string_view body) {
  const Result<Json> result = parse_prometheus(body, "vector");
  if (!result) return result.error();
  for (const Json& series : *result) {
    const auto sample = parse_sample(at_path(series, {"value"}));
    if (!sample) return reply_error(ErrorKind::kTransient, "a series has no value");
    if (sample->value > 0) return true;
  }
  return false;
}

}  // namespace freshet
