// Problems as answers.
#include "controller/api/problem.h"

#include <nlohmann/json.hpp>

namespace freshet::api {

std::string code_of(int status) {
  switch (status) {
    case 400: return "BadRequest";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "NotFound";
    case 405: return "MethodNotAllowed";
    case 408: return "RequestTimeout";
    case 409: return "Conflict";
    case 413: return "TooLarge";
    case 415: return "UnsupportedMediaType";
    case 429: return "TooManyRequests";
    case 431: return "HeadTooLarge";
    case 501: return "NotImplemented";
    case 503: return "Unavailable";
    case 505: return "VersionNotSupported";
    default: return "InternalError";
  }
}

Json to_json(const Problem& problem) {
  Json error = {{"code", code_of(problem.status)}, {"message", problem.message}};
  if (!problem.field.empty()) error["field"] = problem.field;
  return {{"error", std::move(error)}};
}

HttpResponse json_answer(int status, const Json& body) {
  return {status,
          {{"Content-Type", "application/json"},
           {"Cache-Control", "no-store"},
           {"X-Content-Type-Options", "nosniff"}},
          dump_json(body) + "\n"};
}

HttpResponse to_answer(const Problem& problem) {
  HttpResponse answer = json_answer(problem.status, to_json(problem));
  if (problem.status == 401) answer.headers.push_back({"WWW-Authenticate", "Bearer"});
  if (problem.retry_after_seconds > 0) {
    answer.headers.push_back({"Retry-After", std::to_string(problem.retry_after_seconds)});
  }
  return answer;
}

Problem problem_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kBadInput: return {400, error.message};
    case ErrorKind::kNotFound: return {404, error.message};
    case ErrorKind::kConflict:
    case ErrorKind::kRefused: return {409, error.message};
    case ErrorKind::kTransient:
    case ErrorKind::kPermanent:
    case ErrorKind::kGone:
    case ErrorKind::kUnauthorized:
    case ErrorKind::kForbidden:
    case ErrorKind::kRateLimited:
    case ErrorKind::kTimeout: break;
  }
  return {503, error.message, "", std::max(error.retry_after_seconds, 1L)};
}

}  // namespace freshet::api
