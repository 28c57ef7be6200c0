// One label matcher of PromQL, as an operator writes it to name the part of a Prometheus that is
// this cluster's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace freshet {

inline constexpr std::size_t kMaxLabelMatchers = 16;
inline constexpr std::size_t kMaxLabelMatcherBytes = 1024;

// As parse_label_matcher() gave them; they stand in every selector of every query.
using LabelMatchers = std::vector<std::string>;

// `cluster="eu-1"`: a label, one of = != =~ !~, a value in double quotes in which \\, \" and \n are
// escaped. Without the spaces that may stand between them.
Result<std::string> parse_label_matcher(std::string_view text);

}  // namespace freshet
