// The problems of a text as the lines a person reads, and rows of tables about them.
#pragma once

#include <string>
#include <vector>

#include "config/parse.h"

namespace freshet {

inline std::vector<std::string> problems_of(const std::string& text) {
  std::vector<std::string> out;
  for (const ParsedTrackedService& parsed : parse_tracked_services_yaml(text)) {
    for (const Problem& problem : parsed.problems) out.push_back(to_string(problem));
  }
  return out;
}

struct Row {
  std::string sentence;
  std::string text;
  std::vector<std::string> problems;
};

// What stands below `spec:` starts on line 5.
inline const std::string kHead =
    "apiVersion: freshet.dev/v1alpha1\n"
    "kind: TrackedService\n"
    "metadata: {name: checkout}\n"
    "spec:\n";

}  // namespace freshet
