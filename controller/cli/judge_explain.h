// Why a replay ended as it did, for people: chart, metrics, and a paragraph. Pure.
#pragma once

#include <string>

#include "analysis/replay.h"

namespace freshet {

struct ExplainOptions {
  std::size_t columns = 80;
  bool colours = false;
  bool ascii = false;  // no other characters
};

// The lines of a report are never none.
std::string explain_replay(const ReplayReport& report, const ExplainOptions& options);

// What decided, what held it up, how many requests it took, and the verdict's own words.
std::string why_it_ended(const ReplayReport& report);

// The same text for a terminal that knows no other characters: as wide, and as easy to read.
std::string in_ascii(std::string_view text);

}  // namespace freshet
