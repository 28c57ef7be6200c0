// What may be asked of one registry as one identity: requests in flight, requests a second, and
// pauses that its answers taught. Fairness and caution, from the limits in registry.md section 4.
#pragma once

#include "base/time.h"
#include "controller/registry/failure.h"

namespace freshet {

inline constexpr int kMaxInFlightPerRegistry = 8;
inline constexpr double kRequestsPerSecond = 10;  // Docker Hub: "thousands per minute", all clients
inline constexpr double kRequestBurst = 40;
inline constexpr Duration kFirstPause = seconds(2);  // after a registry could not be reached
inline constexpr Duration kLongestPause = seconds(30);
inline constexpr Duration kRateLimitPause = seconds(30);  // after a 429 without Retry-After

class RegistryBudget {
 public:
  // Whether another check may start now. While a registry does not answer, one probe at a time.
  bool may_start(TimePoint now);
  // The first moment at which may_start can turn true, were nothing in flight.
  TimePoint may_start_at(TimePoint now) const;

  // Whether fewer checks run than may; if not, one must end before another starts.
  bool has_room() const;

  void started() { ++in_flight_; }
  void ended() { --in_flight_; }
  void spend(TimePoint now);  // one request of a check that runs; may go below zero
  // What a check's end teaches.
  void reached();
  void failed(const RegistryFailure& failure, TimePoint now);

 private:
  void refill(TimePoint now);

  int in_flight_ = 0;
  double requests_left_ = kRequestBurst;
  TimePoint refilled_at_{};
  TimePoint paused_until_{};
  int unreachable_ = 0;  // in a row
};

}  // namespace freshet
