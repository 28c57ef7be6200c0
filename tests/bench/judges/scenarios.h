// What the judges are tried on: healthy canaries in awkward worlds, and bad ones.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/analysis/simulate.h"

namespace freshet {

inline constexpr double kMinutesWatched = 60;
inline constexpr double kWarmUpMinutes = 1.5;  // a canary's instances start with the rollout

// What holds within one interval.
struct Moment {
  double rps = 0;
  int percent = 0;
  ArmRates canary;
  ArmRates stable;
  double answered = 1;  // share of the canary's requests that ever are
  bool missing = false;
};

enum class Kind {
  kGood,       // requests are exchangeable between the arms: never worse by more than the margin
  kDispersed,  // good as well, but the arms have noise of their own
  kBetter,     // improved
  kBad,        // outside the margin
  kReported,   // no bound: within the margins, or noise beyond what is promised
};
enum class Pods { kReadExactly, kContainersRestart, kComeAndGo };

struct Scenario {
  std::string name;  // a sentence without an end; the page names each
  Kind kind = Kind::kGood;
  double rps = 50;
  int percent = 10;
  double errors = 0.002;  // of stable, and of a good canary
  double onset = 0;       // minutes; bad requests count from here
  std::function<void(double minute, Moment& moment)> change{};
  double slowed = 0;      // share of the canary's requests that the fault makes slow
  double dispersion = 1;  // φ of an arm's errors within a minute: their variance ÷ their mean
  bool retries = false;   // a failed request is tried again at the same arm
  bool sticky = false;    // users stay with an arm; some of them meet most errors
  Pods pods = Pods::kReadExactly;
  std::optional<double> plus{};              // our promotion margin's, as a user sets it; else auto
  std::optional<double> requests_at_most{};  // canary requests until rollback, median
  std::optional<double> promoted_minutes{};  // promoted within, median
  bool never_promoted = false;
  bool must_roll_back = false;  // being inconclusive for an hour is not enough
};

const std::vector<Scenario>& scenarios();
ArmRates scenario_rates(double errors, double slower_by = 1);  // median 60 ms × slower_by, σ 0.6
Moment moment_at(const Scenario& scenario, double minute);

}  // namespace freshet
