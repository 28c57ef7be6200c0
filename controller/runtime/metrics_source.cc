// Queries to Prometheus, one after the other.
#include "controller/runtime/metrics_source.h"

namespace freshet {

namespace {

constexpr Duration kQueryTimeout = seconds(10);
constexpr std::size_t kMaxUrlBytes = 4000;  // a longer query goes in the body

HttpRequest query_request(const std::string& server, const std::string& promql) {
  HttpRequest request;
  const std::string form = "query=" + percent_encode(promql);
  request.url = server + "/api/v1/query";
  if (form.size() <= kMaxUrlBytes) {
    request.url += "?" + form;
  } else {
    request.method = "POST";
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    request.body = form;
  }
  request.timeout = kQueryTimeout;
  request.max_body_bytes = kMaxReplyBytes;
  return request;
}

}  // namespace

Result<std::string> MetricsSource::query(const std::string& promql) {
  if (options_.prometheus_url.empty()) {
    return make_error(ErrorKind::kBadInput,
                      "no Prometheus is configured (controller --prometheus URL)");
  }
  auto response = transport_.send(query_request(options_.prometheus_url, promql));
  if (!response) return with_context("asking Prometheus", response.error());
  // 400 and 422 carry a JSON body whose own words the parsers pass on.
  if (response->status / 100 == 2 || response->status == 400 || response->status == 422) {
    return std::move(response->body);
  }
  return http_error("asking Prometheus", *response, TimePoint{});
}

Result<bool> MetricsSource::probe(const std::string& promql) {
  auto body = query(promql);
  if (!body) return body.error();
  return parse_probe(*body);
}

Result<const Dialect*> MetricsSource::find_fresh(const RevisionKey& revision, Duration newer_than) {
  for (const Dialect& dialect : dialects()) {
    const auto found = probe(probe_query(dialect, revision, newer_than, ours()));
    if (!found) return found.error();
    if (*found) return &dialect;
  }
  return nullptr;
}

Result<FoundMetrics> MetricsSource::find(const RevisionKey& revision) {
  const auto usable = find_fresh(revision, kBaselineWindow);
  if (!usable) return usable.error();
  if (*usable != nullptr) return FoundMetrics{MetricsFinding::kUsable, *usable};
  for (const Dialect& dialect : dialects()) {
    const auto inner = probe(inner_probe_query(dialect, revision, ours()));
    if (!inner) return inner.error();
    if (*inner) return FoundMetrics{MetricsFinding::kOnlyInner, nullptr};
  }
  const auto unnamed = probe(unnamed_probe_query(revision.name_space, ours()));
  if (!unnamed) return unnamed.error();
  return FoundMetrics{*unnamed ? MetricsFinding::kUnnamed : MetricsFinding::kNothing, nullptr};
}

Result<bool> MetricsSource::sees_several_clusters(const Dialect& dialect,
                                                  const RevisionKey& revision) {
  return probe(clusters_probe_query(dialect, revision, ours()));
}

Result<bool> MetricsSource::sees_activators(const Dialect& dialect) {
  return probe(activator_probe_query(dialect, ours()));
}

Result<CountsReply> MetricsSource::pods(const Dialect& dialect, const CountsQuestion& question) {
  Targets targets;
  if (dialect.joined) {
    auto body = query(targets_query(dialect, question, ours()));
    if (!body) return body.error();
    auto scraped = parse_targets(*body, dialect);
    if (!scraped) return scraped.error();
    if (scraped->empty()) return CountsReply{};
    targets = *std::move(scraped);
  }
  auto body = query(counts_query(dialect, question, targets, ours()));
  if (!body) return body.error();
  auto reply = parse_counts(*body, dialect, targets);
  if (!reply) return reply.error();
  return CountsReply{std::move(reply->revisions), body->size()};
}

Result<CountsReply> MetricsSource::activators(const Dialect& dialect,
                                              const CountsQuestion& question) {
  auto body = query(activator_query(dialect, question, ours()));
  if (!body) return body.error();
  auto series = parse_activators(*body, dialect);
  if (!series) return series.error();
  return CountsReply{*std::move(series), body->size()};
}

Result<MetricsReply> MetricsSource::counts(const Dialect& dialect, const CountsQuestion& question) {
  auto activators_reply = activators(dialect, question);
  if (!activators_reply) return activators_reply.error();
  auto pods_reply = pods(dialect, question);
  if (!pods_reply) return pods_reply.error();
  return MetricsReply{std::move(pods_reply->series), std::move(activators_reply->series), {}};
}

Result<StableBaseline> MetricsSource::baseline(const Dialect& dialect, const RevisionKey& revision,
                                               const TagRequests& left_out,
                                               std::span<const std::string> error_codes) {
  auto body = query(baseline_query(dialect, revision, left_out, ours()));
  if (!body) return body.error();
  return parse_baseline(*body, dialect, error_codes);
}

Result<double> MetricsSource::rate(const Dialect& dialect, const RevisionKey& revision,
                                   const TagRequests& left_out, Duration window) {
  const auto served = value(requests_query(dialect, revision, left_out, window, ours()));
  if (!served) return served.error();
  return std::max(0.0, served->value_or(0)) / to_seconds(window);
}

Result<std::optional<double>> MetricsSource::value(const std::string& promql) {
  auto body = query(promql);
  if (!body) return body.error();
  return parse_value(*body);
}

}  // namespace freshet
