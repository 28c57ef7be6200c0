// Prometheus, purely: the queries to send and what their replies say. Nothing here sends anything.
// Sources: Prometheus HTTP API v1 (/api/v1/query, resultType matrix and vector); Knative's
// queue-proxy metric http_server_request_duration_seconds (a histogram by response code).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/analyzer.h"
#include "base/result.h"
#include "base/time.h"

namespace freshet {

inline constexpr std::size_t kMaxReplySeries = 20'000;
inline constexpr Duration kBaselineWindow = hours(1);

// How a metric carries the identity of the Revision.
struct Dialect {
  std::string name;
  std::string revision;    // label with the Revision's name
  std::string name_space;  // label with its namespace
  bool operator==(const Dialect&) const = default;
};
// In the order in which they are probed: labels promoted by a push, labels of the scraped pod.
std::span<const Dialect> dialects();
const Dialect* find_dialect(std::string_view name);  // nullptr: unknown

struct RevisionKey {
  std::string name_space;
  std::string revision;
  auto operator<=>(const RevisionKey&) const = default;
};

// All samples of these Revisions within the last `window`, each with its own time (a range
// selector), for any number of rollouts at once. `revisions` must not be empty.
std::string counts_query(const Dialect& dialect, std::span<const RevisionKey> revisions,
                         Duration window);
// What this Revision served within kBaselineWindow, by code and bucket, less the tag's requests.
std::string baseline_query(const Dialect& dialect, const RevisionKey& revision,
                           std::string_view route_tag);
// Does this Revision have series in this dialect? Read the reply with parse_probe.
std::string probe_query(const Dialect& dialect, const RevisionKey& revision);

// One series of one pod: requests of one kind at most `le` seconds long (+infinity: all of them).
struct PodCounter {
  std::string code;   // HTTP status, "" where the series does not say
  std::string group;  // all its other labels: buckets of one histogram share it
  double le = 0;
  bool operator==(const PodCounter&) const = default;
};
struct Scrape {
  TimePoint at{};
  std::map<std::size_t, std::int64_t> values;  // index in PodSeries::counters → value
  bool operator==(const Scrape&) const = default;
};
struct PodSeries {
  std::string pod;
  std::vector<PodCounter> counters;
  std::vector<Scrape> scrapes;  // by rising time
  bool operator==(const PodSeries&) const = default;
};
struct MetricsReply {
  std::map<RevisionKey, std::vector<PodSeries>> revisions;  // pods by name
  std::vector<std::string> notes;  // warnings of the server, samples that were left out and why
  bool operator==(const MetricsReply&) const = default;
};

// Reads a reply to counts_query. Requests of `route_tag` are left out; so are scrapes that hold a
// value which is no count (NaN, infinite, negative, not whole). Errors: the server's own (with its
// text), not JSON, another shape, over kMaxReplyBytes or kMaxReplySeries.
Result<MetricsReply> parse_counts(std::string_view body, const Dialect& dialect,
                                  std::string_view route_tag);
// `instances_usually_young` is not in the reply and stays false.
Result<StableBaseline> parse_baseline(std::string_view body,
                                      std::span<const std::string> error_codes);
Result<bool> parse_probe(std::string_view body);

// Is this HTTP status one of "5xx", "503", …?
bool matches_code(std::string_view code, std::span<const std::string> patterns);

}  // namespace freshet
