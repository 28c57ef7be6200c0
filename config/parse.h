// Reading a TrackedService: from YAML files a person wrote, or from the API's JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "config/tracked_service.h"

namespace freshet {

inline constexpr std::size_t kMaxProblems = 100;  // of one document; the last says there are more

// One thing wrong with a document. line and column are 1-based, 0 where the source has none (JSON
// from the API).
struct Problem {
  std::string path;  // "spec.rollout.steps[2]"
  int line = 0;
  int column = 0;
  std::string message;  // "steps must rise: found 5 after 20"
  std::string found;    // "5"; "" where nothing was found
  std::string allowed;  // "a whole number from 21 to 99"
  std::string nearest;  // nearest known name for a misspelt field or value; "" if none
  bool operator==(const Problem&) const = default;
};
// As a reader meets them: by line, then column.
void sort_problems(std::vector<Problem>& problems);
std::string complaint(const Problem& problem);  // message and what is allowed, without the place
std::string to_string(const Problem& problem);  // "spec.rollout.step (line 9, column 5): …"
std::string to_string(const std::vector<Problem>& problems);  // all of them in a line

// Either a value (problems empty) or all problems at once.
struct ParsedTrackedService {
  TrackedService object;
  std::vector<Problem> problems;
  bool ok() const { return problems.empty(); }
};

// All documents of one YAML (or JSON) file. Documents of other kinds are refused.
std::vector<ParsedTrackedService> parse_tracked_services_yaml(std::string_view text);
// The API's object, metadata included; unknown spec fields are problems, status is ignored here.
ParsedTrackedService parse_tracked_service_json(const Json& object);

// As written by `track --dry-run=client -o yaml`: only what differs from the defaults.
Json to_json(const TrackedService& object);
std::string to_yaml(const Json& value);  // any JSON value as block YAML

}  // namespace freshet
