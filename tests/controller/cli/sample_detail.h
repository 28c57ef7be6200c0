// A tracked service as the command line sees it, in the states that its forms must show.
#pragma once

#include "controller/show/detail.h"

namespace freshet {

inline constexpr const char* kOldDigest =
    "sha256:9c1e4a7b2f300000000000000000000000000000000000000000000000000000";
inline constexpr const char* kNewDigest =
    "sha256:77aa0c12d9e10000000000000000000000000000000000000000000000000000";

TimePoint sample_now();  // 2026-11-23T02:20:00Z

// shop/checkout, checkout-00007 serves everything and is the newest.
ServiceDetail idle_sample();
// A rollout of kNewDigest at step 2 of 4, 5 %, judged.
ServiceDetail shifting_sample();
// The same, taken back and rejected.
ServiceDetail rejected_sample();

HoldStatus sample_hold(std::string owner, std::string reason, std::string message);

}  // namespace freshet
