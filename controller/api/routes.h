// The routes of the API: which paths there are, and what a request asks for. Pure. The OpenAPI
// document is made from the same table.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/http.h"
#include "controller/api/problem.h"

namespace freshet::api {

enum class Action { kDocument, kList, kGet, kHistory, kCommand, kAnswer, kEvents };

struct Route {
  std::string_view method;
  std::string_view path;  // "/api/v1/services/{namespace}/{name}"
  Action action;
  std::string_view verb;                     // that the caller must be allowed; "": none
  std::string_view summary;                  // one line
  std::string_view schema;                   // of its answer, in the document; "": a stream
  std::vector<std::string_view> parameters;  // of the query
  std::vector<int> statuses;                 // that it may answer, those of every route aside
};
const std::vector<Route>& routes();

// All that it may answer, by its handler.
std::vector<int> statuses_of(const Route& route);

// A request that has a route.
struct Asked {
  const Route* route = nullptr;
  std::map<std::string, std::string> names;  // what stands for {namespace}, {name}, {command}
  std::map<std::string, std::string> query;
  bool operator==(const Asked&) const = default;
};
// 400, 404 or 405.
std::variant<Asked, Problem> find_route(const HttpRequest& request);

}  // namespace freshet::api
