// Counters of one pod, and what Prometheus has scraped of them.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <limits>

#include "base/time.h"
#include "controller/sandbox/behaviour.h"
#include "controller/sandbox/dice.h"

namespace freshet::sandbox {

// Upper bounds in seconds of Knative's outer histogram; one bucket more holds what is above.
inline constexpr std::array<double, 14> kBucketBounds = {.005, .01, .025, .05, .075, .1,  .25,
                                                         .5,   .75, 1,    2.5, 5,    7.5, 10};
inline constexpr std::size_t kBuckets = kBucketBounds.size() + 1;
inline constexpr std::array<int, 2> kCodes = {200, 500};

// Requests by code and bucket, not cumulative.
using Buckets = std::array<std::uint32_t, kBuckets>;
using Counts = std::array<Buckets, kCodes.size()>;
std::int64_t requests(const Buckets& buckets);

struct PodScrape {
  TimePoint at{};
  Counts counts{};
};

// Scrapes of the last minutes are all kept, older ones thinned out: enough for an hour's increase.
inline constexpr Duration kKeptInFull = minutes(12);
inline constexpr Duration kKeptThinned = minutes(65);
inline constexpr Duration kThinnedEvery = minutes(2);

// Probability of each bucket.
std::array<double, kBuckets> bucket_shares(const ImageBehaviour& behaviour);

// Upper bounds in milliseconds of the histogram until Knative 1.18.
inline constexpr std::array<int, 26> kMillisecondBounds = {
    5,   10,  20,  40,  60,  80,  100,  150,  200,  250,   300,   350,   400,
    450, 500, 600, 700, 800, 900, 1000, 2000, 5000, 10000, 20000, 50000, 100000};

class PodCounters {
 public:
  PodCounters(const ImageBehaviour& behaviour, TimePoint start, Duration scrape_every,
              Duration scrape_offset);

  // Serves `rate` requests a second up to `now`, scraped on the way while `is_up`.
  void run_to(TimePoint now, double rate, bool is_up, Dice& dice);
  void set_error_rate(double rate) { error_rate_ = rate; }
  void restart() { counts_ = Counts{}; }  // a container that starts again counts from 0
  const std::deque<PodScrape>& scrapes() const { return scrapes_; }
  // Requests at most `bound` seconds long; between two bounds of the buckets by what is expected,
  // which never falls as counts rise.
  std::int64_t at_most(const Buckets& buckets, double bound) const;
  std::int64_t good() const { return good_; }  // since the beginning, restarts or not
  std::int64_t bad() const { return bad_; }

 private:
  void serve(Duration time, double rate, Dice& dice);
  void scrape(TimePoint at);
  TimePoint next_scrape() const;

  double share_below(double bound) const;

  std::array<double, kBuckets> shares_;
  double median_;
  double sigma_;
  double error_rate_;
  TimePoint reached_;
  Duration every_;
  Duration offset_;
  Counts counts_{};
  std::int64_t good_ = 0;
  std::int64_t bad_ = 0;
  std::deque<PodScrape> scrapes_;
};

}  // namespace freshet::sandbox
