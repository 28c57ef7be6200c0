// What the watch tests share: lines of a watch, pages of a list, events as text.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/json.h"
#include "controller/kube/watch.h"

namespace freshet::testing {

inline Json object_named(const std::string& name, int version) {
  return {{"metadata", {{"name", name}, {"resourceVersion", std::to_string(version)}}}};
}

inline std::string line(const std::string& type, const Json& object) {
  return dump_json({{"type", type}, {"object", object}}) + "\n";
}

inline std::string error_line(int code, const std::string& message) {
  return line("ERROR", {{"kind", "Status"}, {"code", code}, {"message", message}});
}

inline HttpResponse page(const std::vector<Json>& items, int version,
                         const std::string& next = "") {
  Json metadata = {{"resourceVersion", std::to_string(version)}};
  if (!next.empty()) metadata["continue"] = next;
  return {200, {}, dump_json({{"items", items}, {"metadata", metadata}})};
}

inline HttpResponse status_answer(int code, const std::string& message, const Json& details = {}) {
  Json body = {{"kind", "Status"}, {"code", code}, {"message", message}};
  if (!details.is_null()) body["details"] = details;
  return {code, {}, dump_json(body)};
}

// "Added a@3": type, name and resourceVersion, which is all that the machine may decide on.
inline std::string to_text(const WatchEvent& event) {
  const auto named = [](const Json& object) {
    const Json& metadata = at_path(object, {"metadata"});
    return string_or(metadata, "name") + "@" + string_or(metadata, "resourceVersion");
  };
  switch (event.type) {
    case WatchEvent::Type::kAdded: return "Added " + named(*event.object);
    case WatchEvent::Type::kModified: return "Modified " + named(*event.object);
    case WatchEvent::Type::kDeleted: return "Deleted " + named(*event.object);
    case WatchEvent::Type::kBookmark: return "Bookmark @" + event.resource_version;
    case WatchEvent::Type::kRestarted: break;
  }
  std::string text = event.is_newest ? "Restarted newest" : "Restarted";
  for (const JsonPtr& item : event.items) text += " " + named(*item);
  return text + " @" + event.resource_version;
}

inline std::vector<std::string> to_text(const std::vector<WatchEvent>& events) {
  std::vector<std::string> texts;
  for (const WatchEvent& event : events) texts.push_back(to_text(event));
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace freshet::testing
