// How much of a core this thread, or all of this process, has used: what other programs do
// meanwhile is not in it.
#pragma once

#include <sys/resource.h>

namespace freshet {

inline double cpu_seconds_of(int who) {
  rusage used{};
  getrusage(who, &used);
  const auto seconds_of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
}
inline double cpu_seconds() { return cpu_seconds_of(RUSAGE_THREAD); }
inline double process_cpu_seconds() { return cpu_seconds_of(RUSAGE_SELF); }

}  // namespace freshet
