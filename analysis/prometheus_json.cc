// The outer shape of Prometheus' replies.
#include "analysis/prometheus_json.h"

#include <fmt/format.h>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "analysis/prometheus.h"
#include "base/text.h"

namespace freshet {

Error reply_error(ErrorKind kind, std::string_view what) {
  return make_error(kind, fmt::format("reading Prometheus' reply: {}", what));
}

Result<Json> parse_prometheus(std::string_view body, std::string_view type,
                              std::vector<std::string>* notes) {
  Result<Json> parsed = parse_json(body, kMaxReplyBytes);
  if (!parsed) return with_context("reading Prometheus' reply", std::move(parsed.error()));
  Json& json = *parsed;
  const std::string status = string_or(json, "status");
  if (status == "error") {
    const bool ours = string_or(json, "errorType") == "bad_data";
    return reply_error(ours ? ErrorKind::kPermanent : ErrorKind::kTransient,
                       printable(string_or(json, "error", "an error without text")));
  }
  if (status != "success") return reply_error(ErrorKind::kTransient, "it has no status");
  const Json& data = at_path(json, {"data"});
  const std::string found = string_or(data, "resultType");
  if (found != type) {
    return reply_error(ErrorKind::kTransient,
                       fmt::format("it is of type \"{}\", not \"{}\"", printable(found, 40), type));
  }
  const Json& result = at_path(data, {"result"});
  if (!result.is_array()) return reply_error(ErrorKind::kTransient, "its result is not a list");
  if (result.size() > kMaxReplySeries) {
    return reply_error(ErrorKind::kRefused, fmt::format("more than {} series", kMaxReplySeries));
  }
  const Json& warnings = at_path(json, {"warnings"});
  for (std::size_t i = 0; notes && warnings.is_array() && i < warnings.size(); ++i) {
    if (warnings[i].is_string() && notes->size() < kMaxReplyNotes) {
      notes->push_back("warning: " + printable(warnings[i].get<std::string>()));
    }
  }
  return Json(std::move(json["data"]["result"]));
}

std::optional<double> parse_number(const std::string& text) {
  if (text.empty() || text.front() == ' ') return std::nullopt;
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (end != text.c_str() + text.size()) return std::nullopt;
  return value;
}

std::optional<Sample> parse_sample(const Json& json) {
  if (!json.is_array() || json.size() != 2) return std::nullopt;
  if (!json[0].is_number() || !json[1].is_string()) return std::nullopt;
  const double at = json[0].get<double>();
  const auto value = parse_number(json[1].get<std::string>());
  if (!value || !(at >= 0 && at < 1e11)) return std::nullopt;
  return Sample{from_unix_seconds(at), *value};
}

}  // namespace freshet
