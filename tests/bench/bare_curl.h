// The same HEADs on libcurl alone: what a check costs at least.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"

namespace freshet {

// Sends a conditional HEAD to each URL, one every `pace`, over kept connections and handles.
// Returns how many were answered with 304.
int bare_heads(const std::vector<std::string>& urls, const std::string& etag, Duration pace);

}  // namespace freshet
