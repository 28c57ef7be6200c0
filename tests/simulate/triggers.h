// Triggers: webhooks that say a tag may have moved, true and forged, and how often the registry is
// asked because of them.
#pragma once

#include <deque>
#include <map>
#include <string>

#include "tests/simulate/people.h"
#include "tests/simulate/replica.h"

namespace freshet::simulate {

class Triggers {
 public:
  // Something was pushed: for a moment hints about it come faster than they may be heard.
  void begin(int service, TimePoint now);
  TimePoint due() const { return due_; }
  // Sends what is due.
  void send(TimePoint now, Replica& replica);
  // A registry was asked by one replica: what is wrong with that, or "".
  std::string on_asked(std::size_t replica, const Exchange& exchange, TimePoint now);

 private:
  int service_ = 0;
  TimePoint due_ = TimePoint::max();
  TimePoint ends_{};
  std::map<std::string, std::deque<TimePoint>> asked_;  // by replica and URL of a tag, oldest first
};

}  // namespace freshet::simulate
