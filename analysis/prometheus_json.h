// The outer shape of Prometheus' replies, read strictly: what is no count never becomes evidence.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"

namespace freshet {

inline constexpr std::size_t kMaxReplyNotes = 8;

Error reply_error(ErrorKind kind, std::string_view what);

// The array data.result of a successful reply of the wanted resultType. `notes`, if given, gets the
// server's warnings.
Result<Json> parse_prometheus(std::string_view body, std::string_view type,
                              std::vector<std::string>* notes = nullptr);

std::optional<double> parse_number(const std::string& text);

// [time, "value"]; nullopt where it is not even that.
struct Sample {
  TimePoint at{};
  double value = 0;
};
std::optional<Sample> parse_sample(const Json& json);

}  // namespace freshet
