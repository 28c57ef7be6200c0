// What activators count of one Revision, and what Prometheus has scraped of it: every request
// passes one, as at low scale, so that what reached a pod is counted there as well.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>

#include "base/time.h"

namespace freshet::sandbox {

class ActivatorCounters {
 public:
  static constexpr std::array<int, 3> kCodes = {200, 500, 503};
  using Counts = std::array<std::int64_t, kCodes.size()>;
  struct Scrape {
    TimePoint at{};
    Counts counts{};
  };

  void passed_on(std::int64_t good, std::int64_t bad);
  void answered_itself(std::int64_t failures) { counts_[2] += failures; }
  void wait_until(TimePoint first) { first_ = first; }
  // Scrapes where one is due. Nobody looks in between, so that scrapes are as far apart as looks.
  void scrape(TimePoint now, Duration every);

  const std::deque<Scrape>& scrapes() const { return scrapes_; }

 private:
  Counts counts_{};
  TimePoint first_{};  // no scrape before
  std::deque<Scrape> scrapes_;
};

// Two replicas, which share the requests and are scraped at instants of their own.
class Activators {
 public:
  void passed_on(std::int64_t good, std::int64_t bad);
  void answered_itself(std::int64_t failures);
  void scrape(TimePoint now, Duration every);
  // The second makes way for a new one, whose counters begin at 0. What was scraped stays a while.
  void replace(TimePoint now, Duration every);

  template <class Visit>
  void visit(const Visit& visit) const {
    visit("activator-0", first_);
    visit("activator-" + std::to_string(1 + replaced_), second_);
    if (replaced_ > 0) visit("activator-" + std::to_string(replaced_), gone_);
  }

 private:
  ActivatorCounters first_;
  ActivatorCounters second_;
  ActivatorCounters gone_;  // the second one before
  int replaced_ = 0;
  unsigned turn_ = 0;
  bool begun_ = false;
};

}  // namespace freshet::sandbox
