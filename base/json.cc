// JSON: writing it, and reading fields of it without exceptions.
#include "base/json.h"

#include <limits>
#include <nlohmann/json.hpp>

namespace freshet {
namespace {

const Json* find_member(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

}  // namespace

std::string dump_json(const Json& value) {
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.shrink_to_fit();  // it grew by doubling, and is often kept
  return text;
}

std::string dump_json_pretty(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace);
}

const Json& at_path(const Json& value, std::initializer_list<std::string_view> path) {
  static const Json kNull;
  const Json* here = &value;
  for (const std::string_view key : path) {
    here = find_member(*here, key);
    if (here == nullptr) return kNull;
  }
  return *here;
}

std::string string_or(const Json& object, std::string_view key, std::string_view fallback) {
  const Json* member = find_member(object, key);
  if (member == nullptr || !member->is_string()) return std::string(fallback);
  return member->get<std::string>();
}

std::int64_t int_or(const Json& object, std::string_view key, std::int64_t fallback) {
  const Json* member = find_member(object, key);
  if (member == nullptr || !member->is_number_integer()) return fallback;
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  if (member->is_number_unsigned() && member->get<std::uint64_t>() > kMax) return fallback;
  return member->get<std::int64_t>();
}

double number_or(const Json& object, std::string_view key, double fallback) {
  const Json* member = find_member(object, key);
  return member != nullptr && member->is_number() ? member->get<double>() : fallback;
}

bool bool_or(const Json& object, std::string_view key, bool fallback) {
  const Json* member = find_member(object, key);
  return member != nullptr && member->is_boolean() ? member->get<bool>() : fallback;
}

}  // namespace freshet
