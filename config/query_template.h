// Query templates: PromQL of a user's, with places for what it is asked about.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"

namespace freshet {

inline constexpr std::size_t kMaxQueryBytes = 2048;

// Why this is no template, or "". Places are {{namespace}} and {{revision}}; they stand inside
// quoted strings only, so that nothing put there is read as PromQL, and {{revision}} stands at
// least once, or both Revisions would be asked about alike.
std::string query_template_fault(std::string_view text);

// The longest time that the query looks back on in one go, as in `[5m]`; 0: none.
Duration longest_range(std::string_view text);

struct QuerySubject {
  std::string name_space;
  std::string revision;
};
// The query to send, of a template without fault. Values are escaped for the string they stand in.
std::string fill_query_template(std::string_view text, const QuerySubject& subject);

}  // namespace freshet
