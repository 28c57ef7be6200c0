// Counting at activators.
#include "controller/sandbox/activator_counters.h"

#include <utility>

#include "controller/sandbox/counters.h"

namespace freshet::sandbox {

void ActivatorCounters::passed_on(std::int64_t good, std::int64_t bad) {
  counts_[0] += good;
  counts_[1] += bad;
}

void ActivatorCounters::scrape(TimePoint now, Duration every) {
  if (now < first_ || (!scrapes_.empty() && now - scrapes_.back().at < every)) return;
  scrapes_.push_back({now, counts_});
  while (now - scrapes_.front().at > kKeptInFull) scrapes_.pop_front();
}

void Activators::passed_on(std::int64_t good, std::int64_t bad) {
  // A lone one goes to each in turn.
  const auto half = [this](std::int64_t all) { return (all + (all % 2 != 0 && turn_++ % 2)) / 2; };
  const std::int64_t good_here = half(good);
  const std::int64_t bad_here = half(bad);
  first_.passed_on(good_here, bad_here);
  second_.passed_on(good - good_here, bad - bad_here);
}

void Activators::answered_itself(std::int64_t failures) {
  first_.answered_itself(failures / 2);
  second_.answered_itself(failures - failures / 2);
}

void Activators::scrape(TimePoint now, Duration every) {
  if (!begun_) second_.wait_until(now + every / 2);
  begun_ = true;
  first_.scrape(now, every);
  second_.scrape(now, every);
}

void Activators::replace(TimePoint now, Duration every) {
  ++replaced_;
  gone_ = std::exchange(second_, {});
  second_.wait_until(now + every / 2);
}

}  // namespace freshet::sandbox
