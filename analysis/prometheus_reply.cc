// Replies of Prometheus' query API, read strictly: what is no count never becomes evidence.
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "analysis/prometheus.h"
#include "base/json.h"
#include "base/text.h"

namespace freshet {
namespace {

constexpr double kMaxExactCount = 9007199254740992.0;  // 2^53
constexpr std::size_t kMaxNotes = 8;

Error reply_error(ErrorKind kind, std::string_view what) {
  return make_error(kind, fmt::format("reading Prometheus' reply: {}", what));
}

// The array data.result of a successful reply of the wanted resultType.
Result<Json> parse_result(std::string_view body, std::string_view type,
                          std::vector<std::string>* notes) {
  Result<Json> parsed = parse_json(body, kMaxReplyBytes);
  if (!parsed) return with_context("reading Prometheus' reply", std::move(parsed.error()));
  Json& json = *parsed;
  const std::string status = string_or(json, "status");
  if (status == "error") {
    const bool ours = string_or(json, "errorType") == "bad_data";
    return reply_error(ours ? ErrorKind::kPermanent : ErrorKind::kTransient,
                       printable(string_or(json, "error", "an error without text")));
  }
  if (status != "success") return reply_error(ErrorKind::kTransient, "it has no status");
  const Json& data = at_path(json, {"data"});
  const std::string found = string_or(data, "resultType");
  if (found != type) {
    return reply_error(ErrorKind::kTransient,
                       fmt::format("it is of type \"{}\", not \"{}\"", printable(found, 40), type));
  }
  const Json& result = at_path(data, {"result"});
  if (!result.is_array()) return reply_error(ErrorKind::kTransient, "its result is not a list");
  if (result.size() > kMaxReplySeries) {
    return reply_error(ErrorKind::kRefused, fmt::format("more than {} series", kMaxReplySeries));
  }
  const Json& warnings = at_path(json, {"warnings"});
  for (std::size_t i = 0; notes && warnings.is_array() && i < warnings.size(); ++i) {
    if (warnings[i].is_string() && notes->size() < kMaxNotes) {
      notes->push_back("warning: " + printable(warnings[i].get<std::string>()));
    }
  }
  return Json(std::move(json["data"]["result"]));
}

std::optional<double> parse_number(const std::string& text) {
  if (text.empty() || text.front() == ' ') return std::nullopt;
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (end != text.c_str() + text.size()) return std::nullopt;
  return value;
}

// [time, "value"]: nullopt where it is not even that.
struct Sample {
  TimePoint at{};
  double value = 0;
};
std::optional<Sample> parse_sample(const Json& json) {
  if (!json.is_array() || json.size() != 2) return std::nullopt;
  if (!json[0].is_number() || !json[1].is_string()) return std::nullopt;
  const double at = json[0].get<double>();
  const auto value = parse_number(json[1].get<std::string>());
  if (!value || !(at >= 0 && at < 1e11)) return std::nullopt;
  return Sample{from_unix_seconds(at), *value};
}

bool is_count(double value) {
  return value >= 0 && value <= kMaxExactCount && value == std::floor(value);  // false for NaN
}

// One series' labels, sorted into what reading needs.
struct Labels {
  RevisionKey key;
  std::string pod;
  std::string target;
  std::string tag;
  PodCounter counter;
};
std::optional<Labels> parse_labels(const Json& metric, const Dialect& dialect) {
  if (!metric.is_object()) return std::nullopt;
  Labels out;
  out.key = {string_or(metric, dialect.name_space), string_or(metric, dialect.revision)};
  const std::string instance = string_or(metric, "instance");
  const std::string pod = string_or(metric, "pod", instance);
  out.pod = string_or(metric, "k8s_pod_name", pod);
  out.target = string_or(metric, "job") + "/" + instance;
  out.tag = string_or(metric, "kn_route_tag");
  out.counter.code = string_or(metric, "http_response_status_code");
  const auto le = parse_number(string_or(metric, "le"));
  if (!le || std::isnan(*le) || out.key.revision.empty()) return std::nullopt;
  out.counter.le = *le;
  Json others = metric;
  others.erase("le");
  others.erase("__name__");
  out.counter.group = fmt::format("{:016x}", stable_hash(dump_json(others)));
  return out;
}

struct Target {
  std::vector<PodCounter> counters;
  std::map<TimePoint, std::map<std::size_t, std::int64_t>> scrapes;
  std::set<TimePoint> spoilt;
};

class CountsParser {
 public:
  CountsParser(const Dialect& dialect, std::string_view tag) : dialect_(dialect), tag_(tag) {}

  Status add(const Json& series) {
    const Json& values = at_path(series, {"values"});
    const auto labels = parse_labels(at_path(series, {"metric"}), dialect_);
    if (!labels) return reply_error(ErrorKind::kTransient, "a series lacks the labels asked for");
    if (!values.is_array()) return reply_error(ErrorKind::kTransient, "a series has no samples");
    if (!tag_.empty() && labels->tag == tag_) return {};
    Target& target = pods_[labels->key][labels->pod][labels->target];
    const std::size_t index = target.counters.size();
    target.counters.push_back(labels->counter);
    for (const Json& value : values) {
      const auto sample = parse_sample(value);
      if (!sample) return reply_error(ErrorKind::kTransient, "a sample is not [time, \"value\"]");
      if (is_count(sample->value)) {
        target.scrapes[sample->at][index] = static_cast<std::int64_t>(sample->value);
      } else {
        target.spoilt.insert(sample->at);
      }
    }
    return {};
  }

  MetricsReply finish(std::vector<std::string> notes) {
    MetricsReply reply;
    reply.notes = std::move(notes);
    for (auto& [key, pods] : pods_) {
      for (auto& [pod, targets] : pods) {
        reply.revisions[key].push_back(best(pod, targets, reply.notes));
      }
    }
    return reply;
  }

 private:
  // A pod scraped by two jobs would count twice: the one with more scrapes speaks for it.
  static PodSeries best(const std::string& pod, std::map<std::string, Target>& targets,
                        std::vector<std::string>& notes) {
    Target* chosen = nullptr;
    for (auto& [name, target] : targets) {
      if (!chosen || target.scrapes.size() > chosen->scrapes.size()) chosen = &target;
    }
    PodSeries out{pod, std::move(chosen->counters), {}};
    for (auto& [at, values] : chosen->scrapes) {
      if (!chosen->spoilt.contains(at)) out.scrapes.push_back({at, std::move(values)});
    }
    if (!chosen->spoilt.empty() && notes.size() < kMaxNotes) {
      notes.push_back(fmt::format("pod {}: {} scrapes left out, their values are no counts",
                                  printable(pod, 80), chosen->spoilt.size()));
    }
    return out;
  }

  const Dialect& dialect_;
  std::string tag_;
  std::map<RevisionKey, std::map<std::string, std::map<std::string, Target>>> pods_;
};

}  // namespace

bool matches_code(std::string_view code, std::span<const std::string> patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [code](const std::string& pattern) {
    if (pattern.size() == 3 && pattern.ends_with("xx")) {
      return code.size() == 3 && code.front() == pattern.front();
    }
    return code == pattern;
  });
}

Result<MetricsReply> parse_counts(std::string_view body, const Dialect& dialect,
                                  std::string_view route_tag) {
  std::vector<std::string> notes;
  const Result<Json> result = parse_result(body, "matrix", &notes);
  if (!result) return result.error();
  CountsParser parser(dialect, route_tag);
  for (const Json& series : *result) {
    if (Status added = parser.add(series); !added) return added.error();
  }
  return parser.finish(std::move(notes));
}

Result<StableBaseline> parse_baseline(std::string_view body,
                                      std::span<const std::string> error_codes) {
  const Result<Json> result = parse_result(body, "vector", nullptr);
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
      within[*le] += sample->value;
      continue;
    }
    const std::string code = string_or(at_path(series, {"metric"}), "http_response_status_code");
    requests += sample->value;
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
  const Result<Json> result = parse_result(body, "vector", nullptr);
  if (!result) return result.error();
  for (const Json& series : *result) {
    const auto sample = parse_sample(at_path(series, {"value"}));
    if (!sample) return reply_error(ErrorKind::kTransient, "a series has no value");
    if (sample->value > 0) return true;
  }
  return false;
}

}  // namespace freshet
