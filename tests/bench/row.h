// One line of a benchmark's table: a figure beside what it may be.
#pragma once

#include <fmt/format.h>

namespace freshet {

// Prints it; false where the limit is missed.
inline bool row(const char* name, double value, double limit) {
  fmt::print("{:<44} {:>8.3f}   limit {:>6.2f}   {}\n", name, value, limit,
             value <= limit ? "ok" : "MISSED");
  return value <= limit;
}

}  // namespace freshet
