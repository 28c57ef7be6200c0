// Patches as the API server applies them.
#pragma once

#include <string>

#include "base/json.h"
#include "controller/sandbox/refusal.h"

namespace freshet::sandbox {

inline constexpr std::size_t kMaxPatchOperations = 10000;  // apiserver's own limit

// RFC 6902 or RFC 7386, by Content-Type. Other types are refused with 415.
Allowed<Json> apply_patch(const Json& object, const std::string& content_type,
                          const std::string& body);

}  // namespace freshet::sandbox
