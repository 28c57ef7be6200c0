// What may be asked of one registry as one identity: requests in flight, requests a second, and
// pauses that its answers taught. Fairness and caution, from the limits that registries publish.
#pragma once

#include <algorithm>

#include "base/time.h"
#include "controller/registry/failure.h"
#include "controller/registry/rate_limit.h"

namespace freshet {

inline constexpr int kMaxInFlightPerRegistry = 8;
inline constexpr double kRequestsPerSecond = 10;  // Docker Hub: "thousands per minute", all clients
inline constexpr int kMostRequestsPerSecond = 1000;  // that an operator may allow
inline constexpr double kRequestBurst = 40;
inline constexpr Duration kFirstPause = seconds(2);  // after a registry could not be reached
inline constexpr Duration kLongestPause = seconds(30);
inline constexpr Duration kRateLimitPause = seconds(30);  // after a 429 without Retry-After
inline constexpr int kMostSlowdown = 64;                  // each 429 halves rate and concurrency
inline constexpr Duration kSpeedUpAfter = minutes(5);     // without a 429: doubled again
// A budget is short when less than this share of the registry's own limit is left. Checks then get
// half of the rest, spread over the window: nodes that pull images live on the same limit.
inline constexpr double kShortShare = 0.25;
inline constexpr double kOurShare = 0.5;
inline constexpr double kLeastRequestsPerSecond = 1.0 / 600;

class RegistryBudget {
 public:
  // `per_second`: requests a second that may be spent; 1 to kMostRequestsPerSecond.
  explicit RegistryBudget(double per_second = kRequestsPerSecond) : per_second_(per_second) {}

  // Whether another check may start now. While a registry does not answer, one probe at a time.
  bool may_start(TimePoint now);
  // The first moment at which may_start can turn true, were nothing in flight.
  TimePoint may_start_at(TimePoint now) const;

  // Whether fewer checks run than may; if not, one must end before another starts.
  bool has_room() const;
  // Whether the registry has said that little is left of its limit, or that it was too much.
  bool is_short(TimePoint now) const { return now < short_until_ || slowdown_ > 1; }
  // Requests that may be spent at once; 0 in a pause.
  double left(TimePoint now) const;

  void started() { ++in_flight_; }
  void ended() { --in_flight_; }
  void spend(TimePoint now);  // one request of a check that runs; may go below zero
  // What an answer's headers teach.
  void heard(const RateLimit& limit, TimePoint now);
  // What a check's end teaches.
  void reached(TimePoint now);
  void failed(const RegistryFailure& failure, TimePoint now);

 private:
  void refill(TimePoint now);
  double rate(TimePoint now) const;
  double burst() const { return std::max(kRequestBurst, 2 * per_second_); }

  double per_second_;
  int in_flight_ = 0;
  double requests_left_ = burst();
  TimePoint refilled_at_{};
  TimePoint paused_until_{};
  int unreachable_ = 0;  // in a row
  int slowdown_ = 1;
  TimePoint slowed_at_{};
  double short_rate_ = 0;  // requests a second until short_until_
  TimePoint short_until_{};
};

}  // namespace freshet
