// Finding the route of a request.
#include "controller/api/routes.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace freshet::api {
namespace {

constexpr std::size_t kMaxName = 253;

struct Target {
  std::vector<std::string> path;  // "/a/b" → {"a", "b"}
  std::vector<std::pair<std::string, std::string>> query;
};

std::optional<std::string> decoded(std::string_view text) {
  auto out = percent_decode(text);
  if (!out || !is_valid_utf8(*out) || has_control_characters(*out)) return std::nullopt;
  return out;
}

std::optional<Target> parse_target(std::string_view target) {
  const std::size_t mark = target.find('?');
  const std::string_view path = target.substr(0, mark);
  if (!path.starts_with('/')) return std::nullopt;
  Target out;
  for (const std::string& part : split(path.substr(1), '/')) {
    auto name = decoded(part);
    if (!name) return std::nullopt;
    out.path.push_back(*std::move(name));
  }
  if (mark == std::string_view::npos || mark + 1 == target.size()) return out;
  for (const std::string& part : split(target.substr(mark + 1), '&')) {
    const std::size_t equals = part.find('=');
    auto name = decoded(part.substr(0, equals));
    auto value = equals == std::string::npos ? std::optional(std::string())
                                             : decoded(part.substr(equals + 1));
    if (!name || !value) return std::nullopt;
    out.query.emplace_back(*std::move(name), *std::move(value));
  }
  return out;
}

// Names of Kubernetes, verbs and ids of commands alike.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxName && text != "." && text != ".." &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
         });
}

bool fits(const Route& route, const std::vector<std::string>& path,
          std::map<std::string, std::string>& names) {
  const std::vector<std::string> pattern = split(route.path.substr(1), '/');
  if (pattern.size() != path.size()) return false;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (!pattern[i].starts_with('{')) {
      if (pattern[i] != path[i]) return false;
      continue;
    }
    if (!is_name(path[i])) return false;
    names[pattern[i].substr(1, pattern[i].size() - 2)] = path[i];
  }
  return true;
}

std::variant<Asked, Problem> with_query(Asked asked, const Target& target) {
  for (const auto& [name, value] : target.query) {
    const auto& known = asked.route->parameters;
    if (std::ranges::find(known, name) == known.end()) {
      return Problem{400, "no parameter " + printable(name, 60) + " is known here",
                     printable(name, 60)};
    }
    if (!is_name(value)) return Problem{400, name + " must be a name", name};
    if (!asked.query.emplace(name, value).second) {
      return Problem{400, name + " is given more than once", name};
    }
  }
  return asked;
}

}  // namespace

const std::vector<Route>& routes() {
  static const std::vector<Route> kRoutes = {
      {"GET",
       "/api/v1/openapi.json",
       Action::kDocument,
       "",
       "This document",
       "Document",
       {},
       {200}},
      {"GET",
       "/api/v1/services",
       Action::kList,
       "list",
       "All tracked services, or those of a namespace",
       "ServiceList",
       {"namespace"},
       {200}},
      {"GET",
       "/api/v1/services/{namespace}/{name}",
       Action::kGet,
       "get",
       "One tracked service, as freshet status -o json tells it",
       "Service",
       {},
       {200, 404}},
      {"GET",
       "/api/v1/services/{namespace}/{name}/history",
       Action::kHistory,
       "get",
       "Its past rollouts, newest first",
       "History",
       {},
       {200, 404}},
      {"POST",
       "/api/v1/services/{namespace}/{name}/commands/{command}",
       Action::kCommand,
       "patch",
       "A person's command",
       "CommandState",
       {},
       {202, 404, 409, 413, 415}},
      {"GET",
       "/api/v1/services/{namespace}/{name}/commands/{command}",
       Action::kAnswer,
       "get",
       "The answer to a command",
       "CommandState",
       {},
       {200, 404}},
      {"GET",
       "/api/v1/events",
       Action::kEvents,
       "watch",
       "Server-sent events: service, transition, gone; reset where some may have been missed",
       "",
       {"namespace", "name"},
       {200}},
  };
  return kRoutes;
}

std::vector<int> statuses_of(const Route& route) {
  std::vector<int> out = route.statuses;
  out.push_back(400);
  if (!route.verb.empty()) out.insert(out.end(), {401, 403, 429, 503});
  return out;
}

std::variant<Asked, Problem> find_route(const HttpRequest& request) {
  const auto target = parse_target(request.url);
  if (!target) return Problem{400, "the target of the request cannot be read"};
  std::vector<std::string> allowed;
  for (const Route& route : routes()) {
    Asked asked{&route, {}, {}};
    if (!fits(route, target->path, asked.names)) continue;
    if (route.method == request.method) return with_query(std::move(asked), *target);
    allowed.emplace_back(route.method);
  }
  if (allowed.empty()) return Problem{404, "there is nothing here; see /api/v1/openapi.json"};
  return Problem{405, "allowed here: " + join(allowed, ", ")};
}

}  // namespace freshet::api
