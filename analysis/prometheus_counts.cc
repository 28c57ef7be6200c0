// Replies that are samples with their own times, sorted into Revisions and pods.
#include <fmt/format.h>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "analysis/prometheus.h"
#include "analysis/prometheus_json.h"
#include "base/text.h"

namespace freshet {
namespace {

constexpr double kMaxExactCount = 9007199254740992.0;  // 2^53

bool is_count(double value) {
  return value >= 0 && value <= kMaxExactCount && value == std::floor(value);  // false for NaN
}

TargetKey target_of(const Json& metric) {
  return {string_or(metric, "job"), string_or(metric, "instance")};
}

std::string pod_of(const Json& metric, const Dialect& dialect) {
  const std::string pod = string_or(metric, "pod", string_or(metric, "instance"));
  return string_or(metric, dialect.pod, pod);
}

// How the series of one reply are labelled.
struct Shape {
  std::string_view revision;
  std::string_view name_space;
  bool buckets = true;
  const Targets* targets = nullptr;  // who each target was; nullptr: the series say it themselves
};

// Whose the samples of one series are; of a joined dialect this may change from scrape to scrape.
class Owners {
 public:
  static std::optional<Owners> of(const Json& metric, const Dialect& dialect, const Shape& shape) {
    Owners out;
    if (shape.targets != nullptr) {
      const auto found = shape.targets->find(target_of(metric));
      if (found != shape.targets->end()) out.by_time_ = &found->second;
      out.is_joined_ = true;
      return out;
    }
    out.fixed_.key = {string_or(metric, shape.name_space), string_or(metric, shape.revision)};
    out.fixed_.pod = pod_of(metric, dialect);
    if (out.fixed_.key.revision.empty()) return std::nullopt;
    return out;
  }

  const TargetIdentity* at(TimePoint time) const {
    if (!is_joined_) return &fixed_;
    if (by_time_ == nullptr) return nullptr;
    const auto found = by_time_->find(time);  // one scrape has one time
    return found == by_time_->end() ? nullptr : &found->second;
  }

 private:
  TargetIdentity fixed_;
  const std::map<TimePoint, TargetIdentity>* by_time_ = nullptr;
  bool is_joined_ = false;
};

std::optional<PodCounter> counter_of(const Json& metric, const Dialect& dialect,
                                     const Shape& shape) {
  PodCounter out;
  out.code = string_or(metric, dialect.code);
  out.le = std::numeric_limits<double>::infinity();
  if (shape.buckets) {
    const auto le = parse_number(string_or(metric, "le"));
    if (!le || std::isnan(*le)) return std::nullopt;
    out.le = *le * dialect.unit;
  }
  Json others = metric;
  others.erase("le");
  others.erase("__name__");
  out.group = fmt::format("{:016x}", stable_hash(dump_json(others)));
  return out;
}

struct Target {
  std::vector<PodCounter> counters;
  std::map<TimePoint, std::map<std::size_t, std::int64_t>> scrapes;
  std::set<TimePoint> spoilt;
};

class CountsParser {
 public:
  CountsParser(const Dialect& dialect, const Shape& shape) : dialect_(dialect), shape_(shape) {}

  Status add(const Json& series) {
    const Json& metric = at_path(series, {"metric"});
    const Json& values = at_path(series, {"values"});
    const auto lacking = [] {
      return reply_error(ErrorKind::kTransient, "a series lacks the labels asked for");
    };
    if (!metric.is_object()) return lacking();
    const auto owners = Owners::of(metric, dialect_, shape_);
    const auto counter = counter_of(metric, dialect_, shape_);
    if (!owners || !counter) return lacking();
    if (!values.is_array()) return reply_error(ErrorKind::kTransient, "a series has no samples");
    const TargetKey scraped = target_of(metric);
    const TargetIdentity* owner = nullptr;
    Target* target = nullptr;
    std::size_t index = 0;
    for (const Json& value : values) {
      const auto sample = parse_sample(value);
      if (!sample) return reply_error(ErrorKind::kTransient, "a sample is not [time, \"value\"]");
      const TargetIdentity* now = owners->at(sample->at);
      if (now == nullptr) continue;
      if (owner == nullptr || *now != *owner) {
        target = &pods_[now->key][now->pod][scraped];
        index = target->counters.size();
        target->counters.push_back(*counter);
      }
      owner = now;
      if (is_count(sample->value)) {
        target->scrapes[sample->at][index] = static_cast<std::int64_t>(sample->value);
      } else {
        target->spoilt.insert(sample->at);
      }
    }
    return {};
  }

  SeriesByRevision finish(std::vector<std::string>& notes) {
    SeriesByRevision out;
    for (auto& [key, pods] : pods_) {
      std::vector<PodSeries>& list = out[key];
      for (auto& [pod, targets] : pods) list.push_back(best(pod, targets, notes));
    }
    return out;
  }

 private:
  // A pod scraped by two jobs would count twice: the one with more scrapes speaks for it.
  static PodSeries best(const std::string& pod, std::map<TargetKey, Target>& targets,
                        std::vector<std::string>& notes) {
    Target* chosen = nullptr;
    for (auto& [name, target] : targets) {
      if (!chosen || target.scrapes.size() > chosen->scrapes.size()) chosen = &target;
    }
    PodSeries out{pod, std::move(chosen->counters), {}};
    for (auto& [at, values] : chosen->scrapes) {
      if (!chosen->spoilt.contains(at)) out.scrapes.push_back({at, std::move(values)});
    }
    if (!chosen->spoilt.empty() && notes.size() < kMaxReplyNotes) {
      notes.push_back(fmt::format("pod {}: {} scrapes left out, their values are no counts",
                                  printable(pod, 80), chosen->spoilt.size()));
    }
    return out;
  }

  const Dialect& dialect_;
  const Shape& shape_;
  std::map<RevisionKey, std::map<std::string, std::map<TargetKey, Target>>> pods_;
};

Result<SeriesByRevision> parse_matrix(std::string_view body, const Dialect& dialect,
                                      const Shape& shape, std::vector<std::string>& notes) {
  const Result<Json> result = parse_prometheus(body, "matrix", &notes);
  if (!result) return result.error();
  CountsParser parser(dialect, shape);
  for (const Json& series : *result) {
    if (Status added = parser.add(series); !added) return added.error();
  }
  return parser.finish(notes);
}

}  // namespace

Result<MetricsReply> parse_counts(std::string_view body, const Dialect& dialect,
                                  const Targets& targets) {
  const Shape shape{dialect.revision, dialect.name_space, true,
                    dialect.joined ? &targets : nullptr};
  MetricsReply reply;
  auto revisions = parse_matrix(body, dialect, shape, reply.notes);
  if (!revisions) return revisions.error();
  reply.revisions = *std::move(revisions);
  return reply;
}

Result<SeriesByRevision> parse_activators(std::string_view body, const Dialect& dialect) {
  const Shape shape{dialect.activator_revision, dialect.activator_name_space, false, nullptr};
  std::vector<std::string> notes;
  return parse_matrix(body, dialect, shape, notes);
}

Result<Targets> parse_targets(std::string_view body, const Dialect& dialect) {
  const Result<Json> result = parse_prometheus(body, "matrix");
  if (!result) return result.error();
  Targets targets;
  for (const Json& series : *result) {
    const Json& metric = at_path(series, {"metric"});
    const Json& values = at_path(series, {"values"});
    if (!metric.is_object() || !values.is_array()) {
      return reply_error(ErrorKind::kTransient, "a series lacks the labels asked for");
    }
    TargetIdentity identity;
    identity.key = {string_or(metric, dialect.name_space), string_or(metric, dialect.revision)};
    identity.pod = pod_of(metric, dialect);
    for (const Json& value : values) {
      const auto sample = parse_sample(value);
      if (!sample) return reply_error(ErrorKind::kTransient, "a sample is not [time, \"value\"]");
      targets[target_of(metric)][sample->at] = identity;
    }
  }
  return targets;
}

}  // namespace freshet
