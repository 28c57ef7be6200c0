// Lists and watches. Bodies are put together from the kept texts, without parsing them.
#include "controller/sandbox/api_read.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/json.h"
#include "base/text.h"
#include "controller/sandbox/refusal.h"

namespace freshet::sandbox {
namespace {

struct Requirement {
  std::string label;
  std::optional<std::string> value;  // nullopt: the label is there, whatever it says
  bool is_negated = false;
};

// "a=b,c!=d,e,!f": equality-based selectors. nullopt for set-based ones, which are not simulated.
std::optional<std::vector<Requirement>> parse_selector(const std::string& text) {
  std::vector<Requirement> out;
  if (text.find_first_of("()") != std::string::npos) return std::nullopt;
  for (const std::string& part : split(text, ',')) {
    const std::string term(trim(part));
    if (term.empty()) continue;
    const std::size_t equals = term.find('=');
    if (equals == std::string::npos) {
      const bool negated = term[0] == '!';
      out.push_back({std::string(trim(term.substr(negated ? 1 : 0))), std::nullopt, negated});
      continue;
    }
    const bool negated = equals > 0 && term[equals - 1] == '!';
    std::string value = term.substr(equals + 1);
    if (value.starts_with('=')) value.erase(0, 1);
    out.push_back({std::string(trim(term.substr(0, negated ? equals - 1 : equals))),
                   std::string(trim(value)), negated});
  }
  return out;
}

bool matches(const Labels& labels, const std::vector<Requirement>& selector) {
  return std::ranges::all_of(selector, [&](const Requirement& wanted) {
    const auto found = std::ranges::find(labels, wanted.label, &Labels::value_type::first);
    const bool holds = found != labels.end() && (!wanted.value || found->second == *wanted.value);
    return holds != wanted.is_negated;
  });
}

struct Filter {
  std::string name_space;  // "": all
  std::vector<Requirement> labels;

  bool takes(const ObjectKey& key, const Snapshot& object) const {
    return (name_space.empty() || key.name_space == name_space) && matches(object.labels, labels);
  }
  // What a change is to one who sees only what is taken; nullopt: nothing.
  std::optional<ChangeType> seen(const Change& change) const {
    const bool was_there = change.before && takes(change.key, *change.before);
    const bool is_there = change.type != ChangeType::kDeleted && takes(change.key, *change.object);
    if (was_there && is_there) return ChangeType::kModified;
    if (is_there) return ChangeType::kAdded;
    if (was_there) return ChangeType::kDeleted;
    return std::nullopt;
  }
};

HttpResponse json_response(std::string body) {
  return {200, {{"Content-Type", "application/json"}}, std::move(body)};
}

// Where a list goes on: its version, and the last object that was handed out.
struct Place {
  std::int64_t version = 0;
  ObjectKey after;
};
std::string to_token(const Place& place) {
  return base64_encode(
      fmt::format("{}\n{}\n{}", place.version, place.after.name_space, place.after.name));
}
std::optional<Place> parse_token(const std::string& token) {
  const auto text = base64_decode(token);
  if (!text) return std::nullopt;
  const auto parts = split(*text, '\n');
  const auto version = parts.size() == 3 ? parse_whole(parts[0]) : std::nullopt;
  if (!version) return std::nullopt;
  return Place{*version, {parts[1], parts[2]}};
}

HttpResponse list(const Store& store, const ApiTarget& target, const Filter& filter) {
  const Kind& kind = *target.kind;
  const auto limit = static_cast<std::size_t>(parse_whole(query_or(target, "limit")).value_or(0));
  const std::size_t most = limit == 0 ? kMaxPageItems : limit;
  const std::int64_t asked = parse_whole(query_or(target, "resourceVersion")).value_or(0);
  if (asked > store.version()) return to_response(version_to_come(asked, store.version()));
  Place place{store.version(), {}};
  Store::Objects then;
  const Store::Objects* objects = &store.all(kind);
  if (const std::string token = query_or(target, "continue"); !token.empty()) {
    const auto parsed = parse_token(token);
    if (!parsed) return to_response(bad_request("continue key is not valid: not a token"));
    if (parsed->version < store.compacted(kind)) {
      return to_response(expired(parsed->version, store.compacted(kind)));
    }
    place = *parsed;
    then = store.all_at(kind, place.version);
    objects = &then;
  }
  // Objects are in order of their namespaces: those of others are not even looked at.
  if (place.after.name_space.empty()) place.after.name_space = filter.name_space;
  auto next = objects->upper_bound(place.after);
  std::string items;
  std::size_t count = 0;
  const auto is_past = [&] {
    return next == objects->end() ||
           (!filter.name_space.empty() && next->first.name_space > filter.name_space);
  };
  for (; !is_past() && count < most; ++next) {
    if (!filter.takes(next->first, *next->second)) continue;
    if (count++ > 0) items += ',';
    items += next->second->text;
    place.after = next->first;
  }
  const bool is_all = is_past();
  const Json metadata = is_all ? Json{{"resourceVersion", std::to_string(place.version)}}
                               : Json{{"resourceVersion", std::to_string(place.version)},
                                      {"continue", to_token(place)}};
  return json_response(
      fmt::format(R"({{"apiVersion":"{}","items":[{}],"kind":"{}List","metadata":{}}})",
                  kind.api_version(), items, kind.kind, dump_json(metadata)));
}

std::string_view to_text(ChangeType type) {
  switch (type) {
    case ChangeType::kAdded: return "ADDED";
    case ChangeType::kModified: return "MODIFIED";
    case ChangeType::kDeleted: return "DELETED";
  }
  return "";
}

// The state before a change, at the version of the change.
std::string as_it_was(const Change& change) {
  Json object = change.before->parsed();
  object["metadata"]["resourceVersion"] = std::to_string(change.object->version);
  return dump_json(object);
}

std::string line(std::string_view type, std::string_view object) {
  return fmt::format("{{\"type\":\"{}\",\"object\":{}}}\n", type, object);
}

HttpResponse watch(const Store& store, const ApiTarget& target, const Filter& filter) {
  const Kind& kind = *target.kind;
  const std::int64_t since = parse_whole(query_or(target, "resourceVersion")).value_or(0);
  std::string body;
  if (since == 0) {  // "any": begins with what there is
    for (const auto& [key, object] : store.all(kind)) {
      if (filter.takes(key, *object)) body += line("ADDED", object->text);
    }
  } else if (since < store.compacted(kind)) {
    const Json status = status_body(expired(since, store.compacted(kind)));
    return json_response(line("ERROR", dump_json(status)));
  } else {
    const auto& history = store.history(kind);
    const auto first = std::ranges::partition_point(
        history, [&](const Change& change) { return change.object->version <= since; });
    for (auto change = first; change != history.end(); ++change) {
      const auto type = filter.seen(*change);
      if (!type) continue;
      const bool left = type == ChangeType::kDeleted && change->type != ChangeType::kDeleted;
      body += line(to_text(*type), left ? as_it_was(*change) : change->object->text);
    }
  }
  const std::string bookmarks = query_or(target, "allowWatchBookmarks");
  if (bookmarks == "true" || bookmarks == "1") {
    const Json bookmark = {{"apiVersion", kind.api_version()},
                           {"kind", kind.kind},
                           {"metadata", {{"resourceVersion", std::to_string(store.version())}}}};
    body += line("BOOKMARK", dump_json(bookmark));
  }
  return json_response(std::move(body));
}

}  // namespace

HttpResponse read_collection(const Store& store, const ApiTarget& target) {
  if (target.query.contains("fieldSelector")) {
    return to_response(bad_request("field selectors are not simulated"));
  }
  const auto labels = parse_selector(query_or(target, "labelSelector"));
  if (!labels) return to_response(bad_request("set-based label selectors are not simulated"));
  const Filter filter{target.key.name_space, *labels};
  const std::string watches = query_or(target, "watch");
  if (watches == "1" || watches == "true") return watch(store, target, filter);
  return list(store, target, filter);
}

}  // namespace freshet::sandbox
