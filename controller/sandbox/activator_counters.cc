// Counting at the activator.
#include "controller/sandbox/activator_counters.h"

#include "controller/sandbox/counters.h"

namespace freshet::sandbox {

void ActivatorCounters::passed_on(std::int64_t good, std::int64_t bad) {
  counts_[0] += good;
  counts_[1] += bad;
}

void ActivatorCounters::scrape(TimePoint now, Duration every) {
  if (!scrapes_.empty() && now - scrapes_.back().at < every) return;
  scrapes_.push_back({now, counts_});
  while (now - scrapes_.front().at > kKeptInFull) scrapes_.pop_front();
}

}  // namespace freshet::sandbox
