// The body of a watch as lines.
#include "controller/kube/watch_lines.h"

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace freshet {

namespace {
constexpr std::size_t kDepthInLine = 2;  // {"type":…,"object":{…}}
}

Result<Json> parse_objects(std::string_view text, std::size_t max_bytes, std::size_t depth) {
  return parse_json_of_objects(text, max_bytes, depth, [](Json& object) {
    Json metadata = at_path(object, {"metadata"});
    object = {{"metadata", std::move(metadata)}, {"spec", "nested too deep to be read"}};
  });
}

std::vector<WatchLine> WatchLines::feed(std::string_view bytes) {
  std::vector<WatchLine> lines;
  while (problem_.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    if (partial_.size() + piece.size() > kMaxWatchLineBytes) {
      problem_ = "an event is over " + std::to_string(kMaxWatchLineBytes) + " bytes";
      break;
    }
    if (end == std::string_view::npos) {
      partial_.append(piece);
      break;
    }
    bytes.remove_prefix(end + 1);
    if (partial_.empty()) {
      take(piece, lines);
    } else {
      partial_.append(piece);
      take(partial_, lines);
      partial_.clear();
    }
  }
  return lines;
}

void WatchLines::take(std::string_view line, std::vector<WatchLine>& lines) {
  if (trim(line).empty()) return;
  auto parsed = parse_objects(line, kMaxWatchLineBytes, kDepthInLine);
  if (!parsed) {
    problem_ = "an event cannot be read: " + parsed.error().message;
    return;
  }
  const auto object = parsed->is_object() ? parsed->find("object") : parsed->end();
  const std::string type = string_or(*parsed, "type");
  if (type.empty() || object == parsed->end() || !object->is_object()) {
    problem_ = "an event has no type or no object";
    return;
  }
  lines.push_back({type, std::make_shared<const Json>(std::move(*object))});
}

}  // namespace freshet
