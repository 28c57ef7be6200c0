// Counting and scraping.
#include "controller/sandbox/counters.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace freshet::sandbox {
namespace {

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

double share_at_most(double bound, double median, double sigma) {
  return normal_cdf((std::log(bound) - std::log(median)) / sigma);
}

}  // namespace

std::int64_t requests(const Buckets& buckets) {
  return std::accumulate(buckets.begin(), buckets.end(), std::int64_t{0});
}

std::array<double, kBuckets> bucket_shares(const ImageBehaviour& behaviour) {
  std::array<double, kBuckets> shares{};
  double below = 0;
  for (std::size_t i = 0; i < kBucketBounds.size(); ++i) {
    const double up_to = share_at_most(kBucketBounds[i], behaviour.median_seconds, behaviour.sigma);
    shares[i] = up_to - below;
    below = up_to;
  }
  shares[kBuckets - 1] = 1 - below;
  return shares;
}

PodCounters::PodCounters(const ImageBehaviour& behaviour, TimePoint start, Duration scrape_every,
                         Duration scrape_offset)
    : shares_(bucket_shares(behaviour)),
      median_(behaviour.median_seconds),
      sigma_(behaviour.sigma),
      error_rate_(behaviour.error_rate),
      reached_(start),
      every_(scrape_every),
      offset_(scrape_offset) {}

TimePoint PodCounters::next_scrape() const {
  const Duration since = reached_.time_since_epoch() - offset_;
  return TimePoint((since / every_ + 1) * every_ + offset_);
}

void PodCounters::run_to(TimePoint now, double rate, bool is_up, Dice& dice) {
  if (now <= reached_) return;
  if (now - reached_ > kKeptThinned) {  // nobody can ask for scrapes as old as these
    serve(now - kKeptThinned - reached_, rate, dice);
    reached_ = now - kKeptThinned;
  }
  for (TimePoint at = next_scrape(); at <= now; at = next_scrape()) {
    const bool is_old = now - at > kKeptInFull;
    const bool is_kept = !is_old || scrapes_.empty() || at - scrapes_.back().at >= kThinnedEvery;
    if (is_old && !is_kept) {  // leap to the next one that will be kept
      const TimePoint leap = scrapes_.back().at + kThinnedEvery;
      at += std::max((leap - at) / every_, std::int64_t{0}) * every_;
      if (at > now) break;
    }
    serve(at - reached_, rate, dice);
    reached_ = at;
    if (is_up) scrape(at);
  }
  serve(now - reached_, rate, dice);
  reached_ = now;
}

void PodCounters::serve(Duration time, double rate, Dice& dice) {
  const std::int64_t all = dice.poisson(rate * to_seconds(time));
  const std::int64_t errors = dice.binomial(all, error_rate_);
  good_ += all - errors;
  bad_ += errors;
  const std::array<std::int64_t, kCodes.size()> by_code = {all - errors, errors};
  for (std::size_t code = 0; code < kCodes.size(); ++code) {
    std::int64_t left = by_code[code];
    double share_left = 1;
    for (std::size_t i = 0; i < kBuckets && left > 0; ++i) {
      const bool is_last = i + 1 == kBuckets;
      const double share = is_last ? 1.0 : shares_[i] / share_left;
      const std::int64_t here = dice.binomial(left, share);
      counts_[code][i] += static_cast<std::uint32_t>(here);
      left -= here;
      share_left -= shares_[i];
    }
  }
}

double PodCounters::share_below(double bound) const {
  return share_at_most(bound, median_, sigma_);
}

std::int64_t PodCounters::at_most(const Buckets& buckets, double bound) const {
  std::int64_t whole = 0;
  double low = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    const bool is_last = i + 1 == kBuckets;
    if (!is_last && kBucketBounds[i] <= bound) {
      whole += buckets[i];
      low = kBucketBounds[i];
      continue;
    }
    if (low == bound) return whole;
    const double below = low > 0 ? share_below(low) : 0;
    const double width = (is_last ? 1 : share_below(kBucketBounds[i])) - below;
    if (width <= 0) return whole;
    const double part = std::clamp((share_below(bound) - below) / width, 0.0, 1.0);
    return whole + static_cast<std::int64_t>(part * static_cast<double>(buckets[i]));
  }
  return whole;
}

// Old scrapes beyond what is kept in full are thinned as they age.
void PodCounters::scrape(TimePoint at) {
  scrapes_.push_back({at, counts_});
  while (at - scrapes_.front().at > kKeptThinned) scrapes_.pop_front();
  if (scrapes_.size() < 3) return;
  // Of three in a row that are old, the middle one goes if the outer two are near enough.
  std::size_t i = 1;
  while (i + 1 < scrapes_.size() && at - scrapes_[i].at > kKeptInFull) {
    if (scrapes_[i + 1].at - scrapes_[i - 1].at <= kThinnedEvery) {
      scrapes_.erase(scrapes_.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
}

}  // namespace freshet::sandbox
