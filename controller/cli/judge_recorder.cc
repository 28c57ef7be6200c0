// One look at the metrics of two Revisions.
#include "controller/cli/judge_recorder.h"

#include <iterator>

#include "controller/runtime/user_checks.h"

namespace freshet {
namespace {

constexpr Duration kFindAgainEvery = seconds(30);

Interval missing_until(TimePoint end) {
  Interval interval;
  interval.end = end;
  interval.missing = true;
  return interval;
}

}  // namespace

// The bounds that a rollout which began now would test.
Result<std::vector<double>> Recorder::bounds_in(const Dialect& dialect,
                                                const RecordedRollout& rollout) {
  const AnalysisSpec& analysis = rollout.spec.analysis;
  const auto baseline =
      source_.baseline(dialect, rollout.stable.key, rollout.left_out, analysis.errors.codes);
  if (!baseline) return baseline.error();
  return bounds_read(choose_settings(analysis, rollout.spec.rollout, *baseline, every_));
}

// Where stable has no hour yet that bounds could be chosen from, they are until a line is written.
Status Recorder::begin(const RecordedRollout& rollout) {
  if (dialect_ != nullptr && (end_ || !bounds_.empty())) return {};
  const auto found = source_.find(rollout.stable.key);
  if (!found) return found.error();
  if (found->dialect == nullptr) {
    return make_error(ErrorKind::kTransient,
                      missing_metrics(found->finding, rollout.stable.key.revision));
  }
  auto bounds = bounds_in(*found->dialect, rollout);
  if (!bounds) return bounds.error();
  dialect_ = found->dialect;
  bounds_ = *std::move(bounds);
  return {};
}

// Stable's series have stopped: where they go by other names now, these are read from here on.
Status Recorder::find_again(const RecordedRollout& rollout, TimePoint now) {
  if (!stable_stopped(reader_, now)) return {};
  if (probed_ && now - *probed_ < kFindAgainEvery) return {};
  probed_ = now;
  const auto found = source_.find_fresh(rollout.stable.key, stopped_after(reader_));
  if (!found) return found.error();
  if (*found == nullptr || *found == dialect_) return {};
  if ((*found)->histogram != dialect_->histogram) {
    auto bounds = bounds_in(**found, rollout);
    if (!bounds) return bounds.error();
    if (bounds->empty()) return {};  // not enough samples to choose from yet
    bounds_ = *std::move(bounds);
  }
  dialect_ = *found;
  reader_ = reading_anew();
  return {};
}

int Recorder::percent_at(TimePoint time) const {
  const auto after = percents_.upper_bound(time);
  return after == percents_.begin() ? after->second : std::prev(after)->second;
}

Result<std::vector<Interval>> Recorder::look(const RecordedRollout& rollout, TimePoint now) {
  if (percents_.empty() || percents_.rbegin()->second != rollout.percent) {
    percents_[now] = rollout.percent;
  }
  if (const Status begun = begin(rollout); !begun) return begun.error();
  const AnalysisSpec& analysis = rollout.spec.analysis;
  const auto reply = source_.counts(
      *dialect_,
      {{rollout.canary.key, rollout.stable.key}, read_window(reader_, now), rollout.left_out});
  if (!reply) return reply.error();
  ReadResult result = read(std::move(reader_), *reply,
                           {rollout.canary,
                            rollout.stable,
                            rollout.percent,
                            analysis.errors.codes,
                            bounds_,
                            analysis.warm_up,
                            {}});
  reader_ = std::move(result.state);
  std::vector<Interval> closed;
  if (result.interval) {
    if (!end_ || *end_ < result.interval->start) {
      closed.push_back(missing_until(result.interval->start));
    }
    result.interval->percent = percent_at(result.interval->start);
    if (!analysis.checks.empty() && (!checks_read_ || now - *checks_read_ >= kCheckEvery)) {
      checks_read_ = now;
      const BothRevisions both{rollout.canary.key, rollout.stable.key};
      result.interval->checks = ask_checks(source_, analysis.checks, both).values;
    }
    end_ = result.interval->end;
    closed.push_back(*std::move(result.interval));
  }
  if (const Status again = find_again(rollout, now); !again && closed.empty()) {
    return again.error();
  }
  return closed;
}

std::optional<Interval> Recorder::finish(TimePoint now) const {
  if (!is_stale(reader_, now) || (end_ && *end_ >= now)) return std::nullopt;
  return missing_until(now);
}

}  // namespace freshet
