// What the activator counts of one Revision, and what Prometheus has scraped of it: every request
// passes it, as at low scale, so that what reached a pod is counted there as well.
#pragma once

#include <array>
#include <cstdint>
#include <deque>

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
  // Scrapes where one is due. Nobody looks in between, so that scrapes are as far apart as looks.
  void scrape(TimePoint now, Duration every);

  const std::deque<Scrape>& scrapes() const { return scrapes_; }

 private:
  Counts counts_{};
  std::deque<Scrape> scrapes_;
};

}  // namespace freshet::sandbox
