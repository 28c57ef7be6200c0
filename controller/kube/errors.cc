// What the API server's Status objects mean.
#include "controller/kube/errors.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace freshet {
namespace {

std::string on_one_line(const std::string& message) {
  std::string out;
  for (const char c : message) {
    if (c == '\n') {
      out += "; ";
    } else {
      out += c;
    }
  }
  return printable(out, kMaxStatusMessageBytes);
}

}  // namespace

Error kube_error(std::string_view what, const HttpResponse& response, TimePoint now) {
  Error error = http_error(what, response, now);
  const auto body = parse_json(response.body, kMaxReplyBytes);
  if (!body || string_or(*body, "kind") != "Status") return error;
  const std::string message = string_or(*body, "message");
  if (message.empty()) return error;
  error.message =
      std::string(what) + ": HTTP " + std::to_string(response.status) + ": " + on_one_line(message);
  // Some waits are told in the body only (priority and fairness).
  if (error.retry_after_seconds == 0) {
    error.retry_after_seconds = static_cast<long>(std::clamp<std::int64_t>(
        int_or(at_path(*body, {"details"}), "retryAfterSeconds", 0), 0, kMaxRetryAfter.count()));
  }
  return error;
}

Error kube_status_error(std::string_view what, const Json& status, TimePoint now) {
  HttpResponse as_answer;
  as_answer.status =
      static_cast<int>(std::clamp<std::int64_t>(int_or(status, "code", 500), 0, 999));
  as_answer.body = dump_json(status);
  return kube_error(what, as_answer, now);
}

bool is_too_large_resource_version(const HttpResponse& response) {
  if (response.status != 504) return false;
  const auto body = parse_json(response.body, kMaxReplyBytes);
  if (!body) return false;
  const Json& causes = at_path(*body, {"details", "causes"});
  if (!causes.is_array()) return false;
  return std::ranges::any_of(causes, [](const Json& cause) {
    return string_or(cause, "reason") == "ResourceVersionTooLarge";
  });
}

}  // namespace freshet
