// The outer shape of Prometheus' replies, read strictly and series by series: no document is built,
// as replies are large and come often (analysis/decisions/2026-11-29-own-reader-of-replies.md).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"

namespace freshet {

inline constexpr std::size_t kMaxReplyNotes = 8;

// One series as it is passed on. What it shows is valid until the next one is read.
struct ReplySeries {
  struct Label {
    std::string_view name;
    std::string_view value;
  };
  struct Sample {
    TimePoint at{};
    double value = 0;
  };
  std::vector<Label> labels;
  std::vector<Sample> samples;  // of a vector: one
  bool has_samples = false;     // there was such a member

  std::string_view label(std::string_view name, std::string_view fallback = "") const;
};

enum class ReplyType { kMatrix, kVector };

Error reply_error(ErrorKind kind, std::string_view what);

// Passes on each series of a successful reply of the wanted type, until `take` returns an error.
// What it has passed on is void where this returns an error: that may come at the very end.
// Refuses what base/json.h refuses, and kRefused where bytes, series or the server's own bounds are
// exceeded: to ask for less may help. `notes`, if given, gets the server's warnings.
Status read_reply(std::string_view body, ReplyType type,
                  const std::function<Status(const ReplySeries&)>& take,
                  std::vector<std::string>* notes = nullptr);

std::optional<double> parse_number(std::string_view text);

}  // namespace freshet
