// Interval: what both arms did between two instants, as whole numbers. What the analyzer is fed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/time.h"

namespace freshet {

struct ArmTotals {
  std::int64_t requests = 0;
  std::int64_t errors = 0;
  bool operator==(const ArmTotals&) const = default;
};

// Counts of one arm within one interval.
struct ArmCounts {
  std::int64_t requests = 0;
  std::int64_t errors = 0;
  std::map<double, std::int64_t> slower{};  // bound in seconds → requests slower than it
  std::int64_t young = 0;                   // requests from instances younger than the warm-up
  // How long its instances were observed for these counts, in the mean: scrapes of one arm may lie
  // a little earlier than those of the other. nullopt: as long as the interval; 0: not at all, so
  // that no requests does not mean that it finished none.
  std::optional<Duration> observed{};
  bool operator==(const ArmCounts&) const = default;
};

// What a user's query gave for both arms at one instant.
struct CheckValues {
  double canary = 0;
  double stable = 0;
  bool operator==(const CheckValues&) const = default;
};

// One aligned interval (start, end]; both arms were read at the same instants.
struct Interval {
  TimePoint start{};
  TimePoint end{};
  ArmCounts canary;
  ArmCounts stable;
  int percent = 0;       // the canary's share in force
  bool missing = false;  // could not be read: neither pass nor failure
  // Of stable's counts those of one half of its instances, by which noise between instances is told
  // from a regression; zeros where stable has one instance or it is not known.
  ArmTotals stable_half{};
  std::map<std::string, CheckValues> checks{};  // by name; what gave no value is not here
  bool operator==(const Interval&) const = default;
};

}  // namespace freshet
