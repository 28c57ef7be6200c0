// The part of PromQL that is needed: a selector with matchers and a range; increase() and
// last_over_time() of one, kept where another has the same labels (and on) or has not (unless on);
// sum and count of these, by labels. All else is refused, as a server that cannot parse it would.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace freshet::sandbox {

enum class MatchKind { kEqual, kNotEqual, kRegex, kNotRegex };

class Pattern;  // a regular expression, made ready once a query

struct Matcher {
  std::string label;
  MatchKind kind = MatchKind::kEqual;
  std::string value;
  std::shared_ptr<const Pattern> pattern = {};  // of kRegex and kNotRegex
};

// Regular expressions are anchored at both ends; alternatives of literals need no engine.
bool matches(const Matcher& matcher, const std::string& value);

struct Selector {
  std::string metric;
  std::vector<Matcher> matchers;
  std::optional<Duration> range;  // nullopt: the newest sample
};

enum class Function { kNone, kIncrease, kLastOverTime };
enum class Aggregation { kNone, kSum, kCount };

// function(selector); kNone: the selector by itself.
struct Term {
  Function function = Function::kNone;
  Selector selector;
};

// aggregation by (labels) (term and on (labels) term): all but the first term is optional; `unless`
// may stand for `and`.
struct Query {
  Aggregation aggregation = Aggregation::kNone;
  std::vector<std::string> by;
  Term term;
  bool is_unless = false;
  std::vector<std::string> on;
  std::optional<Term> other;
};

Result<Query> parse_query_text(std::string_view text);

}  // namespace freshet::sandbox
