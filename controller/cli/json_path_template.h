// A JSONPath template as a value.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace freshet::json_path {

struct Step;
using Steps = std::vector<Step>;

struct Fields {
  std::vector<std::string> names;
};
struct Everything {};
struct Descendants {};
struct Slice {
  std::optional<std::int64_t> from;  // from the end where negative
  std::optional<std::int64_t> to;    // the first that is left out
  std::int64_t by = 1;
};
struct Positions {
  std::vector<std::int64_t> at;  // from the end where negative
};
struct Operand {
  std::shared_ptr<const Steps> path;  // null: `value`
  std::shared_ptr<const Json> value;
};
struct Filter {
  Operand left;
  std::string sign;  // "": `left` is there
  Operand right;
};
using AnyStep = std::variant<Fields, Everything, Descendants, Slice, Positions, Filter>;
struct Step {
  AnyStep any;
};

// Text alone; what a path finds; or, for each value that it finds, the body.
struct Part {
  std::string text;
  std::optional<Steps> path;
  std::optional<std::vector<Part>> body;
};

// Errors: at which character what was found and expected.
Result<std::vector<Part>> parse_template(std::string_view text);

}  // namespace freshet::json_path
