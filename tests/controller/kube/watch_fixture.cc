// What the watch tests share.
#include "tests/controller/kube/watch_fixture.h"

#include <nlohmann/json.hpp>

namespace freshet::testing {
namespace {

std::string named(const Json& object) {
  const Json& metadata = at_path(object, {"metadata"});
  return string_or(metadata, "name") + "@" + string_or(metadata, "resourceVersion");
}

}  // namespace

Json object_named(const std::string& name, int version) {
  return {{"metadata", {{"name", name}, {"resourceVersion", std::to_string(version)}}}};
}

std::string line(const std::string& type, const Json& object) {
  return dump_json({{"type", type}, {"object", object}}) + "\n";
}

std::string error_line(int code, const std::string& message) {
  return line("ERROR", {{"kind", "Status"}, {"code", code}, {"message", message}});
}

HttpResponse page(const std::vector<Json>& items, int version, const std::string& next) {
  Json metadata = {{"resourceVersion", std::to_string(version)}};
  if (!next.empty()) metadata["continue"] = next;
  return {200, {}, dump_json({{"items", items}, {"metadata", metadata}})};
}

HttpResponse status_answer(int code, const std::string& message) {
  return status_answer(code, message, Json::object());
}

HttpResponse status_answer(int code, const std::string& message, const Json& details) {
  return {
      code,
      {},
      dump_json({{"kind", "Status"}, {"code", code}, {"message", message}, {"details", details}})};
}

std::string to_text(const WatchEvent& event) {
  switch (event.type) {
    case WatchEvent::Type::kAdded: return "Added " + named(*event.object);
    case WatchEvent::Type::kModified: return "Modified " + named(*event.object);
    case WatchEvent::Type::kDeleted: return "Deleted " + named(*event.object);
    case WatchEvent::Type::kBookmark: return "Bookmark @" + event.resource_version;
    case WatchEvent::Type::kListed:
    case WatchEvent::Type::kRestarted: break;
  }
  std::string text = event.type == WatchEvent::Type::kListed ? "Listed" : "Restarted";
  if (event.is_newest) text += " newest";
  if (event.went_back) text += " went back";
  for (const JsonPtr& item : event.items) text += " " + named(*item);
  return text + " @" + event.resource_version;
}

Texts to_text(const std::vector<WatchEvent>& events) {
  Texts texts;
  for (const WatchEvent& event : events) texts.push_back(to_text(event));
  return texts;
}

}  // namespace freshet::testing
