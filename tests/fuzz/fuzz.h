// What every fuzz target shares: text out of bytes, and a check that counts as a crash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace freshet::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace freshet::fuzz

// libFuzzer calls it with ever new inputs; tests/fuzz/CMakeLists.txt.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
