// `freshet check`: everything that is wrong with a file, for people and for editors.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "config/parse.h"

namespace freshet {

struct CheckedDocument {
  std::string name;  // "shop/checkout", "checkout", or "" where it could not be read
  std::vector<Problem> problems;
  bool operator==(const CheckedDocument&) const = default;
};

struct CheckReport {
  std::string file;  // as the caller names it; "-" for standard input
  std::vector<CheckedDocument> documents;
  bool ok() const;  // at least one document, and no problem in any
};

// Checks each document by itself, policies as well, and that no two track the same Service or bear
// the same name.
CheckReport check_documents(std::string_view file, std::string_view text);

// A line a problem, as compilers write them ("FILE:9:5: spec.rollout.step: …"), and a line for each
// document that is in order.
std::string to_text(const CheckReport& report);
// {"file", "ok", "documents": [{"name", "problems": [{"path", "line", "column", "message",
// "found", "allowed", "nearest"}]}]}; line and column are 0 where there is none.
Json to_json(const CheckReport& report);

}  // namespace freshet
