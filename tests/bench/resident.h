// How much memory this process holds.
#pragma once

#include <fstream>
#include <string>

namespace freshet {

inline double resident_mebibytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    double kibibytes = 0;
    if (word == "VmRSS:" && status >> kibibytes) return kibibytes / 1024;
  }
  return 0;
}

}  // namespace freshet
