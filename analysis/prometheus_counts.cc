// Replies that are samples with their own times, sorted into Revisions and pods.
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "analysis/prometheus.h"
#include "analysis/prometheus_reply.h"
#include "base/text.h"

namespace freshet {
namespace {

constexpr double kMaxExactCount = 9007199254740992.0;  // 2^53

bool is_count(double value) {
  return value >= 0 && value <= kMaxExactCount && value == std::floor(value);  // false for NaN
}

Error lacks_labels() {
  return reply_error(ErrorKind::kTransient, "a series lacks the labels asked for");
}

TargetKey target_of(const ReplySeries& series) {
  return {std::string(series.label("job")), std::string(series.label("instance"))};
}

std::string pod_of(const ReplySeries& series, const Dialect& dialect) {
  return std::string(series.label(dialect.pod, series.label("pod", series.label("instance"))));
}

// Which of several Prometheus replicas a series comes from, where a store shows them all: a hash of
// the labels by which operators and stores tell them apart.
using ScraperId = std::uint64_t;
bool tells_scraper(std::string_view label) {
  return label == "prometheus_replica" || label == "replica" || label == "__replica__" ||
         label == "prometheus";
}
std::uint64_t label_hash(std::string_view name, std::string_view value) {
  constexpr std::hash<std::string_view> kHash;
  return kHash(value) ^ (kHash(name) * 0x9e3779b97f4a7c15U);  // to be added up, in whatever order
}

// How the series of one reply are labelled.
struct Shape {
  std::string_view revision;
  std::string_view name_space;
  bool buckets = true;
  const Targets* targets = nullptr;  // who each target was; nullptr: the series say it themselves
};

// Series of one pod stand side by side in a reply: whose they are is looked up once.
class LastOwner {
 public:
  LastOwner(const Dialect& dialect, const Shape& shape)
      : names_{shape.revision, shape.name_space, dialect.pod, "pod", "job", "instance"} {}

  // Is this series of the same pod, target and scraper as the one before?
  bool is_same(const ReplySeries& series, ScraperId scraper) {
    bool same = known_ && scraper == scraper_;
    scraper_ = scraper;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const std::string_view value = series.label(names_[i]);
      if (same && values_[i] == value) continue;
      same = false;
      values_[i] = value;
    }
    known_ = true;
    return same;
  }

 private:
  std::array<std::string_view, 6> names_;
  std::array<std::string, 6> values_;
  ScraperId scraper_ = 0;
  bool known_ = false;
};

// One target that a pod was scraped at, as one scraper saw it.
struct Target {
  std::vector<PodCounter> counters;
  std::vector<Scrape> scrapes;  // by time
  std::set<TimePoint> spoilt;

  // The scrape at this time; the samples of one series come by time, and so does `place`.
  Scrape& at(TimePoint time, std::size_t& place) {
    while (place < scrapes.size() && scrapes[place].at < time) ++place;
    while (place > 0 && scrapes[place - 1].at >= time) --place;
    if (place == scrapes.size() || scrapes[place].at != time) {
      scrapes.insert(scrapes.begin() + static_cast<std::ptrdiff_t>(place), {time, {}});
    }
    return scrapes[place];
  }

  // A series that stands in the reply twice, or that goes on after a gap, is one counter.
  std::size_t index_of(const PodCounter& counter) {
    const auto index =
        static_cast<std::size_t>(std::ranges::find(counters, counter) - counters.begin());
    if (index == counters.size()) counters.push_back(counter);
    return index;
  }
};

// Does the newest scrape lack a counter that the one before has? Stores that take a scrape in parts
// show its series one after the other, within seconds: what is there does not fit together yet.
bool is_torn(const std::vector<Scrape>& scrapes) {
  if (scrapes.size() < 2) return false;
  const std::vector<std::int64_t>& before = scrapes[scrapes.size() - 2].values;
  const std::vector<std::int64_t>& newest = scrapes.back().values;
  for (std::size_t i = 0; i < newest.size(); ++i) {
    if (newest[i] == kNoCount && before[i] != kNoCount) return true;
  }
  return false;
}

class CountsParser {
 public:
  CountsParser(const Dialect& dialect, const Shape& shape)
      : dialect_(dialect), shape_(shape), last_(dialect, shape) {}

  Status add(const ReplySeries& series) {
    ScraperId scraper = 0;
    const auto counter = counter_of(series, scraper);
    if (!counter) return lacks_labels();
    if (!series.has_samples) return reply_error(ErrorKind::kTransient, "a series has no samples");
    if (shape_.targets != nullptr) {
      add_joined(series, scraper, *counter);
      return {};
    }
    if (!last_.is_same(series, scraper)) {
      const std::string revision(series.label(shape_.revision));
      owner_ = nullptr;
      if (revision.empty()) return lacks_labels();
      const RevisionKey key{std::string(series.label(shape_.name_space)), revision};
      owner_ = &pods_[key][pod_of(series, dialect_)][{target_of(series), scraper}];
    }
    if (owner_ == nullptr) return lacks_labels();
    add_samples(*owner_, *counter, series.samples);
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
  using Samples = std::span<const ReplySeries::Sample>;
  using Scraped = std::pair<TargetKey, ScraperId>;

  // A counter is the same one whoever has scraped it.
  std::optional<PodCounter> counter_of(const ReplySeries& series, ScraperId& scraper) const {
    PodCounter out;
    out.code = series.label(dialect_.code);
    out.le = std::numeric_limits<double>::infinity();
    if (shape_.buckets) {
      const auto le = parse_number(series.label("le"));
      if (!le || std::isnan(*le)) return std::nullopt;
      out.le = *le * dialect_.unit;
    }
    for (const auto& [name, value] : series.labels) {
      if (name == "le" || name == "__name__") continue;
      (tells_scraper(name) ? scraper : out.group) += label_hash(name, value);
    }
    return out;
  }

  static void add_samples(Target& target, const PodCounter& counter, Samples samples) {
    if (samples.empty()) return;
    const std::size_t index = target.index_of(counter);
    std::size_t place = 0;
    for (const ReplySeries::Sample& sample : samples) {
      if (!is_count(sample.value)) {
        target.spoilt.insert(sample.at);
        continue;
      }
      std::vector<std::int64_t>& values = target.at(sample.at, place).values;
      values.resize(std::max(values.size(), index + 1), kNoCount);
      values[index] = static_cast<std::int64_t>(sample.value);
    }
  }

  // Whose the samples of a joined dialect are may change from scrape to scrape.
  void add_joined(const ReplySeries& series, ScraperId scraper, const PodCounter& counter) {
    const TargetKey target_key = target_of(series);
    const auto found = shape_.targets->find(target_key);
    if (found == shape_.targets->end()) return;
    const auto owner_at = [&](TimePoint at) {
      const auto identity = found->second.find(at);  // one scrape has one time
      return identity == found->second.end() ? nullptr : &identity->second;
    };
    const Samples all = series.samples;
    for (std::size_t begin = 0; begin < all.size();) {
      const TargetIdentity* owner = owner_at(all[begin].at);
      std::size_t end = begin + 1;
      for (; end < all.size(); ++end) {
        const TargetIdentity* next = owner_at(all[end].at);
        if (next != owner && (next == nullptr || owner == nullptr || *next != *owner)) break;
      }
      if (owner != nullptr) {
        Target& target = pods_[owner->key][owner->pod][{target_key, scraper}];
        add_samples(target, counter, all.subspan(begin, end - begin));
      }
      begin = end;
    }
  }

  // A pod scraped by two jobs, or shown by two replicas of Prometheus, would count twice: the one
  // with more scrapes speaks for it.
  static PodSeries best(const std::string& pod, std::map<Scraped, Target>& targets,
                        std::vector<std::string>& notes) {
    Target* chosen = nullptr;
    for (auto& [name, target] : targets) {
      if (!chosen || target.scrapes.size() > chosen->scrapes.size()) chosen = &target;
    }
    PodSeries out{pod, std::move(chosen->counters), {}};
    for (Scrape& scrape : chosen->scrapes) {
      if (chosen->spoilt.contains(scrape.at)) continue;
      scrape.values.resize(out.counters.size(), kNoCount);
      out.scrapes.push_back(std::move(scrape));
    }
    // Counting goes by value, so that the next look counts all of it; of a container that has begun
    // again, and has fewer counters, this costs one scrape's time.
    if (is_torn(out.scrapes)) out.scrapes.pop_back();
    if (!chosen->spoilt.empty() && notes.size() < kMaxReplyNotes) {
      notes.push_back(fmt::format("pod {}: {} scrapes left out, their values are no counts",
                                  printable(pod, 80), chosen->spoilt.size()));
    }
    return out;
  }

  const Dialect& dialect_;
  const Shape& shape_;
  LastOwner last_;
  Target* owner_ = nullptr;  // of the series before
  std::map<RevisionKey, std::map<std::string, std::map<Scraped, Target>>> pods_;
};

Result<SeriesByRevision> parse_matrix(std::string_view body, const Dialect& dialect,
                                      const Shape& shape, std::vector<std::string>& notes) {
  CountsParser parser(dialect, shape);
  const auto add = [&parser](const ReplySeries& series) { return parser.add(series); };
  if (Status read = read_reply(body, ReplyType::kMatrix, add, &notes); !read) return read.error();
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
  Targets targets;
  const auto add = [&](const ReplySeries& series) -> Status {
    if (!series.has_samples) return lacks_labels();
    const TargetIdentity identity{{std::string(series.label(dialect.name_space)),
                                   std::string(series.label(dialect.revision))},
                                  pod_of(series, dialect)};
    std::map<TimePoint, TargetIdentity>& scrapes = targets[target_of(series)];
    for (const auto& [at, value] : series.samples) scrapes[at] = identity;
    return {};
  };
  if (Status read = read_reply(body, ReplyType::kMatrix, add); !read) return read.error();
  return targets;
}

}  // namespace freshet
