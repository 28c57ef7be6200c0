// The bounds every transport keeps, each named once. Bodies and times come with the request.
#pragma once

#include <cstddef>

#include "base/time.h"

namespace freshet {

inline constexpr std::size_t kMaxResponseHeaders = 128;
inline constexpr std::size_t kMaxResponseHeaderBytes = 64 << 10;  // names and values, all heads
inline constexpr std::size_t kMaxIdleLanes = 32;                  // connection pools kept for later
inline constexpr long kMaxConnectionsPerLane = 16;
inline constexpr std::size_t kMaxSpareHandles = 16;  // of one identity, kept to be used again
inline constexpr seconds kMaxConnectTime{10};
inline constexpr milliseconds kStopPoll{250};  // how soon a stream sees that it must stop

}  // namespace freshet
