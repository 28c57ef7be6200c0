// Replies that are one value a series: stable's hour, probes, users' queries.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/prometheus.h"
#include "analysis/prometheus_reply.h"

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
  double requests = 0;
  double errors = 0;
  std::map<double, double> within;
  const auto add = [&](const ReplySeries& series) -> Status {
    const auto le = parse_number(series.label("le"));
    if (!series.has_samples || !le) {
      return reply_error(ErrorKind::kTransient, "a series has no bucket or value");
    }
    const double value = series.samples.front().value;
    // What is counted in part would leave bounds out, and with them what users wait for.
    if (!std::isfinite(value) || value < 0) {
      return reply_error(ErrorKind::kTransient, "a bucket's value is no count");
    }
    if (std::isfinite(*le)) {
      within[*le * dialect.unit] += value;
      return {};
    }
    requests += value;
    if (matches_code(series.label(dialect.code), error_codes)) errors += value;
    return {};
  };
  if (Status read = read_reply(body, ReplyType::kVector, add); !read) return read.error();
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
  bool found = false;
  const auto add = [&found](const ReplySeries& series) -> Status {
    if (!series.has_samples) return reply_error(ErrorKind::kTransient, "a series has no value");
    found = found || series.samples.front().value > 0;
    return {};
  };
  if (Status read = read_reply(body, ReplyType::kVector, add); !read) return read.error();
  return found;
}

Result<std::optional<double>> parse_value(std::string_view body) {
  std::optional<double> value;
  std::size_t series = 0;
  const auto add = [&](const ReplySeries& one) -> Status {
    if (!one.has_samples) return reply_error(ErrorKind::kTransient, "a series has no value");
    ++series;
    value = one.samples.front().value;
    return {};
  };
  if (Status read = read_reply(body, ReplyType::kVector, add); !read) return read.error();
  if (series > 1) {
    return bad_input(fmt::format(
        "the query gives {} series; one value is wanted, as sum() or max() gives it", series));
  }
  if (value && !std::isfinite(*value)) value.reset();
  return value;
}

}  // namespace freshet
