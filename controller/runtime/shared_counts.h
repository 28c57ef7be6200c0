// Counts for all workers at once: one round of few queries a tick, whoever looks first.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "analysis/prometheus_rounds.h"
#include "controller/runtime/metrics_source.h"

namespace freshet {

class SharedCounts {
 public:
  // `source` must outlive it. An answer is at most one `tick` old.
  SharedCounts(MetricsSource& source, Duration tick) : source_(source), board_(tick) {}

  // What was wished for. It is asked for together with all that others are about to wish for; while
  // one worker asks, those whose answers are on the way wait for it. Thread-safe.
  Result<MetricsReply> counts(const CountsWish& wish, TimePoint now);
  // What will be wished for next, so that a round may ask for no more than that.
  void announce(const CountsWish& wish, TimePoint now);

 private:
  std::map<std::string, Result<MetricsReply>> ask(const std::vector<CountsWish>& wishes,
                                                  TimePoint now);

  MetricsSource& source_;
  std::mutex mutex_;  // guards the board, and who asks
  std::condition_variable asked_;
  bool asking_ = false;
  CountsBoard board_;
  ReplyWeights pods_;  // used by the worker that asks
  ReplyWeights activators_;
};

}  // namespace freshet
