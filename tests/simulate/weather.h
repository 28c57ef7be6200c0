// Weather: what is wrong with the world at a moment, and for how long.
#pragma once

#include <map>
#include <optional>

#include "tests/simulate/story.h"

namespace freshet::simulate {

class Weather {
 public:
  // A later one of the same kind takes the place of the one before.
  void begin(const Event& event, TimePoint now) {
    windows_[event.what] = {now + event.lasting, event.value};
  }
  void clear() { windows_.clear(); }
  // The value of what is under way; nullopt: nothing of that kind.
  std::optional<int> value(What what, TimePoint now) const {
    const auto found = windows_.find(what);
    if (found == windows_.end() || now >= found->second.until) return std::nullopt;
    return found->second.value;
  }

 private:
  struct Window {
    TimePoint until{};
    int value = 0;
  };
  std::map<What, Window> windows_;
};

}  // namespace freshet::simulate
