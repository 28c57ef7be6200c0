// The body of a watch: one JSON object a line, cut by the network wherever it likes.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace freshet {

inline constexpr std::size_t kMaxWatchLineBytes = kMaxReplyBytes;

// An object of the API, shared unchanged between a watch, a cache and its readers.
using JsonPtr = std::shared_ptr<const Json>;

// Parses a reply of many objects, at `depth` of it. An object nested too deep hides none of the
// others: of it nothing is left but metadata, and a spec that no reader takes for one.
Result<Json> parse_objects(std::string_view text, std::size_t max_bytes, std::size_t depth);

// One line. `type` is ADDED, MODIFIED, DELETED, BOOKMARK, ERROR or what a later API may say.
struct WatchLine {
  std::string type;
  JsonPtr object;  // never null
};

// Gathers bytes into lines. A line that cannot be read ends the reading: what would follow it
// could be of a later state.
class WatchLines {
 public:
  // The lines that these bytes complete.
  std::vector<WatchLine> feed(std::string_view bytes);
  const std::string& problem() const { return problem_; }  // "" while all could be read

 private:
  void take(std::string_view line, std::vector<WatchLine>& lines);

  std::string partial_;
  std::string problem_;
};

}  // namespace freshet
