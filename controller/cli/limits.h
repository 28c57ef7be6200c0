// Limits that an operator sets, read from flags.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace freshet {

// --registry-rate: "HOST[:PORT]=N" of each.
Result<std::map<std::string, double>> registry_rates(const std::vector<std::string>& texts);
// Of a flag such as --max-image-size: "500Mi", "64Gi".
Result<std::int64_t> byte_size(const std::string& flag, const std::string& text);

}  // namespace freshet
