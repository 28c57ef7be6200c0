// What the API answers where it cannot do what was asked: {"error": {code, message, field}}.
#pragma once

#include <string>

#include "base/http.h"
#include "base/json.h"
#include "base/result.h"

namespace freshet::api {

struct Problem {
  int status = 400;
  std::string message;     // a sentence
  std::string field = {};  // of the body, or a parameter of the query; "" where it is none
  long retry_after_seconds = 0;
  bool operator==(const Problem&) const = default;
};

// The word for programs: "NotFound" for 404.
std::string code_of(int status);
Json to_json(const Problem& problem);

HttpResponse json_answer(int status, const Json& body);
HttpResponse to_answer(const Problem& problem);

// What an error of our own talk with the API server comes to. The caller's rights were looked at
// before: where ours do not suffice, or it cannot be reached, the API does not work (503).
Problem problem_of(const Error& error);

}  // namespace freshet::api
