// Evaluating queries.
#include "controller/sandbox/prometheus.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/json.h"
#include "base/text.h"
#include "controller/sandbox/kinds.h"
#include "controller/sandbox/series.h"

namespace freshet::sandbox {
namespace {

HttpResponse json_response(int status, const Json& body) {
  return {status, {{"Content-Type", "application/json"}}, dump_json(body)};
}

HttpResponse query_error(int status, const std::string& type, const std::string& text) {
  return json_response(status, {{"status", "error"}, {"errorType", type}, {"error", text}});
}

Json success(const char* type, Json result) {
  return {{"status", "success"}, {"data", {{"resultType", type}, {"result", std::move(result)}}}};
}

Json sample_json(TimePoint at, const std::string& value) {
  return Json::array({to_unix_seconds(at), value});
}

// increase(): resets added up, and extrapolated to the window's ends where the samples come near
// enough, but never below what a counter that began at 0 could have been.
std::optional<double> increase(const Series& series, Duration window, TimePoint now) {
  const auto& samples = series.samples;
  if (samples.size() < 2) return std::nullopt;
  double sum = static_cast<double>(samples.back().value - samples.front().value);
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const std::int64_t before = samples[i - 1].value;
    if (samples[i].value < before) sum += static_cast<double>(before);
  }
  double to_start = to_seconds(samples.front().at - (now - window));
  double to_end = to_seconds(now - samples.back().at);
  const double sampled = to_seconds(samples.back().at - samples.front().at);
  const double average = sampled / static_cast<double>(samples.size() - 1);
  const double near = average * 1.1;
  if (sum > 0 && samples.front().value >= 0) {
    const double to_zero = sampled * (static_cast<double>(samples.front().value) / sum);
    to_start = std::min(to_start, to_zero);
  }
  to_start = to_start < near ? to_start : average / 2;
  to_end = to_end < near ? to_end : average / 2;
  return sum * ((sampled + to_start + to_end) / sampled);
}

struct Value {
  SeriesLabels labels;
  double number = 0;
};

// What is asked, and when.
struct Asked {
  Users& users;
  const Exposures& exposures;
  TimePoint now{};
};

std::vector<Value> instant_values(const Asked& asked, const Term& term) {
  const Duration window = term.selector.range.value_or(kLookback);
  std::vector<Value> out;
  for (const Series& series :
       select_series(asked.users, asked.exposures, term.selector, window, asked.now)) {
    if (term.function == Function::kIncrease) {
      const auto grown = increase(series, window, asked.now);
      if (!grown) continue;
      out.push_back({series.labels, *grown});
      out.back().labels.erase("__name__");
    } else {
      out.push_back({series.labels, static_cast<double>(series.samples.back().value)});
    }
  }
  return out;
}

SeriesLabels only(const SeriesLabels& labels, const std::vector<std::string>& names) {
  SeriesLabels out;
  for (const std::string& name : names) {
    if (const auto found = labels.find(name); found != labels.end()) out.insert(*found);
  }
  return out;
}

// `and on`: those for which the other side has one with the same labels; `unless on`: the others.
void keep_matching(const Query& query, std::vector<Value>& values,
                   const std::vector<Value>& others) {
  std::set<SeriesLabels> there;
  for (const Value& other : others) there.insert(only(other.labels, query.on));
  std::erase_if(values, [&](const Value& value) {
    return there.contains(only(value.labels, query.on)) == query.is_unless;
  });
}

std::vector<Value> aggregate(const Query& query, const std::vector<Value>& values) {
  std::map<SeriesLabels, double> groups;
  for (const Value& value : values) {
    groups[only(value.labels, query.by)] +=
        query.aggregation == Aggregation::kSum ? value.number : 1.0;
  }
  std::vector<Value> out;
  for (const auto& [labels, number] : groups) out.push_back({labels, number});
  return out;
}

Json matrix(const std::vector<Series>& all) {
  Json result = Json::array();
  for (const Series& series : all) {
    Json values = Json::array();
    for (const SeriesSample& sample : series.samples) {
      values.push_back(sample_json(sample.at, std::to_string(sample.value)));
    }
    result.push_back({{"metric", series.labels}, {"values", std::move(values)}});
  }
  return success("matrix", std::move(result));
}

HttpResponse run_query(const Asked& asked, const std::string& text) {
  const auto query = parse_query_text(text);
  if (!query) {
    return query_error(400, "bad_data", "invalid parameter \"query\": " + query.error().message);
  }
  const Term& term = query->term;
  if (term.selector.range && term.function == Function::kNone) {
    return json_response(200, matrix(select_series(asked.users, asked.exposures, term.selector,
                                                   *term.selector.range, asked.now)));
  }
  std::vector<Value> values = instant_values(asked, term);
  if (query->other) keep_matching(*query, values, instant_values(asked, *query->other));
  if (query->aggregation != Aggregation::kNone) values = aggregate(*query, values);
  Json result = Json::array();
  for (const Value& value : values) {
    result.push_back({{"metric", value.labels},
                      {"value", sample_json(asked.now, fmt::format("{}", value.number))}});
  }
  return json_response(200, success("vector", std::move(result)));
}

}  // namespace

HttpResponse prometheus_answer(Users& users, const Exposures& exposures, const HttpRequest& request,
                               const std::string& target, TimePoint now) {
  const std::size_t question = std::min(target.find('?'), target.size());
  const std::string path = target.substr(0, question);
  if (path == "/-/ready") return {200, {}, "Prometheus Server is Ready.\n"};
  if (path == "/api/v1/status/buildinfo") {
    return json_response(200, {{"status", "success"}, {"data", {{"version", "2.42.0"}}}});
  }
  if (path != "/api/v1/query") return {404, {}, "404 page not found\n"};
  auto asked = parse_query(target.substr(std::min(question + 1, target.size())));
  if (request.method == "POST") asked.merge(parse_query(request.body));
  TimePoint at = now;
  if (const auto time = asked.find("time"); time != asked.end()) {
    const auto whole = parse_whole(time->second.substr(0, time->second.find('.')));
    if (!whole) return query_error(400, "bad_data", "invalid parameter \"time\"");
    at = std::min(now, from_unix_seconds(static_cast<double>(*whole)));
  }
  return run_query({users, exposures, at}, asked["query"]);
}

}  // namespace freshet::sandbox
