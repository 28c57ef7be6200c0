// Agenda: what happens later in the simulated world, by virtual time.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "base/time.h"

namespace freshet::sandbox {

class Agenda {
 public:
  using Action = std::function<void()>;

  explicit Agenda(TimePoint start) : now_(start) {}
  TimePoint now() const { return now_; }
  std::optional<TimePoint> next() const {
    if (entries_.empty()) return std::nullopt;
    return entries_.begin()->first;
  }
  // Entries of the same moment run in the order in which they were made.
  void after(Duration delay, Action action) { entries_.emplace(now_ + delay, std::move(action)); }
  // Runs all that is due up to `time`, each at its own moment. Time never goes back.
  void advance_to(TimePoint time) {
    while (!entries_.empty() && entries_.begin()->first <= time) {
      auto entry = entries_.extract(entries_.begin());
      now_ = std::max(now_, entry.key());
      entry.mapped()();
    }
    now_ = std::max(now_, time);
  }

 private:
  TimePoint now_;
  std::multimap<TimePoint, Action> entries_;
};

}  // namespace freshet::sandbox
