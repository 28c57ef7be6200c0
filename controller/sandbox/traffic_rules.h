// What Knative's webhook demands of spec.traffic, in its own words.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace freshet::sandbox {

// One problem of a field, as knative.dev/pkg/apis.FieldError prints it.
struct FieldProblem {
  std::string message;
  std::string path;     // "spec.traffic[0].tag"
  std::string details;  // "" or a second line
};
std::string to_text(std::vector<FieldProblem> problems);  // sorted by message, lines joined by \n

// Takes the fields away that a target does not have, and names them: "spec.traffic[0].weight".
std::vector<std::string> prune_traffic(Json& service);
// The problem that keeps the list from being decoded at all; "" if there is none.
std::string undecodable_traffic(const Json& traffic);
std::vector<FieldProblem> traffic_problems(const Json& traffic);
// An empty list is all to the latest Revision; percent and latestRevision are filled in.
void default_traffic(Json& spec);

bool is_dns1035_label(const std::string& text);
inline constexpr std::string_view kNotALabel =
    "invalid value: not a DNS 1035 label: [a DNS-1035 label must consist of lower case "
    "alphanumeric "
    "characters or '-', start with an alphabetic character, and end with an alphanumeric character "
    "(e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')]";

}  // namespace freshet::sandbox
