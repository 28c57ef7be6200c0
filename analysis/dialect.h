// Dialects: by which names Knative counts requests, and how a series tells whose they are.
// Sources: knative/serving pkg/queue (request_metric.go until 1.18, sharedmain/handlers.go and
// otel.go since 1.19), pkg/activator/handler/metric_handler.go; OpenTelemetry HTTP conventions.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace freshet {

// The outer histogram alone is read: the inner ones are measured behind the queue-proxy's timeout
// and its queue, and show neither (decisions/2026-11-25-outer-metrics-only.md).
struct Dialect {
  std::string_view name;       // stays the same between releases: rollouts remember it
  std::string_view says;       // what people are told
  std::string_view histogram;  // the queue-proxy's outer histogram, with _bucket
  double unit = 1;             // its bounds are in this many seconds
  std::string_view only;       // matcher that takes its series and no other program's; may be ""
  std::string_view inner;      // pattern of the inner histograms' names

  // Labels. With `joined`, these three stand on target_info of the same scrape.
  std::string_view revision;
  std::string_view name_space;
  std::string_view pod;
  bool joined = false;
  std::string_view code;
  std::string_view route_tag;
  std::string_view host;  // host that was asked for; "": not told

  // The activator's own count. It names the Revision by itself, whatever a queue-proxy does.
  std::string_view activator;
  std::string_view activator_only;  // matcher, as above
  std::string_view activator_revision;
  std::string_view activator_name_space;

  bool operator==(const Dialect&) const = default;
};

// In the order in which they are looked for: what newer releases of Knative say first.
std::span<const Dialect> dialects();
const Dialect* find_dialect(std::string_view name);  // nullptr: unknown

// What was found where a Revision's metrics were looked for.
enum class MetricsFinding {
  kUsable,
  kOnlyInner,  // the inner histograms, but not the outer one
  kUnnamed,    // queue-proxies are scraped, but no series tells its Revision
  kNothing,
};
// What is missing and what to set, in a sentence.
std::string missing_metrics(MetricsFinding finding, std::string_view revision);
// What to apply, as it can be pasted into a shell.
std::string_view metrics_remedy(MetricsFinding finding);

}  // namespace freshet
