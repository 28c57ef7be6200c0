// Where counts come from: sends Prometheus the queries that a dialect needs, and reads its replies.
// Each selector in them has the operator's matchers; users' own queries are left as they are.
// Errors are what could not be asked or read: neither yes nor no, neither pass nor failure.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "analysis/prometheus.h"
#include "base/http.h"
#include "base/result.h"
#include "controller/runtime/options.h"

namespace freshet {

struct FoundMetrics {
  MetricsFinding finding = MetricsFinding::kNothing;
  const Dialect* dialect = nullptr;  // where they are usable
};

// One reply to a query for counts.
struct CountsReply {
  SeriesByRevision series;
  std::size_t bytes = 0;  // what it weighed
};

class MetricsSource {
 public:
  MetricsSource(const ControllerOptions& options, HttpTransport& transport)
      : options_(options), transport_(transport) {}

  // In which dialect does this Revision have series; where in none, what is there instead.
  Result<FoundMetrics> find(const RevisionKey& revision);
  // In which dialect does it have samples newer than this; nullptr: in none.
  Result<const Dialect*> find_fresh(const RevisionKey& revision, Duration newer_than);
  // Do several clusters have series of this Revision? They would be counted as one.
  Result<bool> sees_several_clusters(const Dialect& dialect, const RevisionKey& revision);
  // Are the activators scraped, which alone tell failures that reached no pod?
  Result<bool> sees_activators(const Dialect& dialect);

  // Both of these two.
  Result<MetricsReply> counts(const Dialect& dialect, const CountsQuestion& question);
  Result<CountsReply> pods(const Dialect& dialect, const CountsQuestion& question);
  Result<CountsReply> activators(const Dialect& dialect, const CountsQuestion& question);
  Result<StableBaseline> baseline(const Dialect& dialect, const RevisionKey& revision,
                                  const TagRequests& left_out,
                                  std::span<const std::string> error_codes);
  // Requests a second that it served within `window`; 0 where nothing tells.
  Result<double> rate(const Dialect& dialect, const RevisionKey& revision,
                      const TagRequests& left_out, Duration window);
  // What a query of a user's own gives; nullopt: nothing.
  Result<std::optional<double>> value(const std::string& promql);

 private:
  Result<std::string> query(const std::string& promql);
  Result<bool> probe(const std::string& promql);
  const LabelMatchers& ours() const { return options_.prometheus_matchers; }

  const ControllerOptions& options_;
  HttpTransport& transport_;
};

}  // namespace freshet
