// What the containers of an image do once they run.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"

namespace freshet::sandbox {

enum class StartsAs {
  kReady,          // after ready_after
  kNeverReady,     // runs, but its readiness probe fails for ever
  kCrashing,       // ends after ready_after, again and again
  kPullFailing,    // its registry does not give it out
  kUnschedulable,  // no node has room
};

inline constexpr double kFailing = 0.4;

struct ImageBehaviour {
  StartsAs starts = StartsAs::kReady;
  Duration ready_after = seconds(3);
  std::optional<Duration> crashes_after_traffic =
      std::nullopt;  // counted from its first programmed percent
  std::optional<Duration> unready_after_traffic = std::nullopt;  // likewise; its containers go on
  std::optional<Duration> fails_after_traffic = std::nullopt;    // likewise; kFailing of requests
  int exit_code = 1;
  double error_rate = 0.001;     // share of requests answered 500
  bool fails_gates = false;      // answers 500 at its tag URL
  double answered = 1;           // share of requests that ever are; the others hang
  double median_seconds = 0.03;  // log-normal latency
  double sigma = 0.6;
  std::string architecture = "amd64";
  bool operator==(const ImageBehaviour&) const = default;
};

}  // namespace freshet::sandbox
