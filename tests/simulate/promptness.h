// Promptness: what has to be done while nothing stands in the way (L3 Retreat).
#pragma once

#include <algorithm>
#include <map>
#include <string>

#include "tests/simulate/rest.h"

namespace freshet::simulate {

class Promptness {
 public:
  // Until then something keeps our replicas from acting promptly.
  void disturb(TimePoint until) { disturbed_ = std::max(disturbed_, until); }
  // Likewise Knative or Prometheus, or people set percents of their own.
  void trouble(TimePoint until) { troubled_ = std::max(troubled_, until); }

  // Once a minute: what is late about the first of the services of which something is, or "".
  std::string late(const Scene& scene, int services) {
    const TimePoint now = scene.world.now();
    const bool is_calm = now >= std::max(disturbed_, troubled_) + kPrompt;
    if (!is_calm) served_.clear();
    if (now < std::max(checked_ + minutes(1), disturbed_ + kPrompt)) return "";
    checked_ = now;
    for (int i = 0; i < services; ++i) {
      std::string what = overdue(scene, i);
      if (what.empty() && is_calm) what = unspared(scene, i, served_[i]);
      if (!what.empty()) return what;
    }
    return "";
  }

 private:
  TimePoint disturbed_{};
  TimePoint troubled_{};
  TimePoint checked_{};
  std::map<int, ServedThen> served_;  // where something was bad a minute ago
};

}  // namespace freshet::simulate
