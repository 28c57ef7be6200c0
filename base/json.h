// Bounded JSON: parsing with limits, and reading fields without exceptions.
// Include <nlohmann/json.hpp> itself only in .cc files.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace freshet {

using Json = nlohmann::json;  // objects are kept sorted by key: a dump is canonical

inline constexpr int kMaxJsonDepth = 64;
inline constexpr std::size_t kMaxDocumentBytes = 1 << 20;  // what a person or a core may hold
inline constexpr std::size_t kMaxReplyBytes = 8 << 20;     // what a server may answer

// Refuses: over `max_bytes`, deeper than kMaxJsonDepth, not UTF-8, trailing text, and (unlike the
// library by itself, which keeps the last) duplicate keys.
Result<Json> parse_json(std::string_view text, std::size_t max_bytes = kMaxDocumentBytes);

// As parse_json, for a document of many objects, at `depth` (1 is the whole document): what is
// nested too deep spoils only the object that holds it. That one is given to `spoil` without what
// was too deep, to be made recognizable.
Result<Json> parse_json_of_objects(std::string_view text, std::size_t max_bytes, std::size_t depth,
                                   const std::function<void(Json& object)>& spoil);

// As parse_json, but members of these names are not there, at whatever depth. What they hold must
// be JSON, and is not looked at otherwise.
struct LeftOutMembers {
  std::vector<std::string_view> names;
  std::string_view kept_whole = {};  // an object in a member of this name keeps all of its own
};
Result<Json> parse_json_without(std::string_view text, std::size_t max_bytes,
                                const LeftOutMembers& left_out);

std::string dump_json(const Json& value);         // compact, canonical; invalid UTF-8 replaced
std::string dump_json_pretty(const Json& value);  // two spaces

// Reading: the value at a path of object keys ("status", "traffic"), or null where absent.
const Json& at_path(const Json& value, std::initializer_list<std::string_view> path);
std::string string_or(const Json& object, std::string_view key, std::string_view fallback = "");
std::int64_t int_or(const Json& object, std::string_view key, std::int64_t fallback);
double number_or(const Json& object, std::string_view key, double fallback);
bool bool_or(const Json& object, std::string_view key, bool fallback);

}  // namespace freshet
