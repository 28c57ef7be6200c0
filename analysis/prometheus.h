// Prometheus, purely: the queries to send and what their replies say. Nothing here sends anything.
// Source: Prometheus HTTP API v1 (/api/v1/query, resultType matrix and vector).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/analyzer.h"
#include "analysis/dialect.h"
#include "analysis/label_matcher.h"
#include "base/result.h"
#include "base/time.h"

namespace freshet {

inline constexpr std::size_t kMaxReplySeries = 20'000;
inline constexpr Duration kBaselineWindow = hours(1);

struct RevisionKey {
  std::string name_space;
  std::string revision;
  auto operator<=>(const RevisionKey&) const = default;
};

// Requests that are Freshet's own or its gates', and no user's: through a candidate's traffic tag.
// The tag tells them where header based routing is on, its host otherwise.
struct TagRequests {
  std::string tag;
  std::string host;  // "": not known
  bool operator==(const TagRequests&) const = default;
};

// Whose counts are asked for: any number of Revisions at once (at least one), samples within the
// last `window`.
struct CountsQuestion {
  std::vector<RevisionKey> revisions;
  Duration window{};
  TagRequests left_out;
  std::set<std::string> more_hosts = {};                     // to be left out as well
  std::optional<std::vector<double>> bounds = std::nullopt;  // seconds; nullopt: every bucket
};

// What target_info said of a scraped target, by the time of each scrape: an address may be another
// pod's a minute later.
struct TargetKey {
  std::string job;
  std::string instance;
  auto operator<=>(const TargetKey&) const = default;
};
struct TargetIdentity {
  RevisionKey key;
  std::string pod;
  bool operator==(const TargetIdentity&) const = default;
};
using Targets = std::map<TargetKey, std::map<TimePoint, TargetIdentity>>;

// All samples, each with its own time (a range selector: an instant vector carries the time of
// evaluation, and a stalled pod and real silence would look alike). `targets`, for a joined
// dialect, must not be empty: the reply to targets_query() says which they are.
// Of this and all that follow, each selector has the matchers `ours` as well.
std::string counts_query(const Dialect& dialect, const CountsQuestion& question,
                         const Targets& targets = {}, const LabelMatchers& ours = {});
std::string targets_query(const Dialect& dialect, const CountsQuestion& question,
                          const LabelMatchers& ours = {});
// The same of the activators. Requests that reached a pod are in both (analysis/activator.h).
std::string activator_query(const Dialect& dialect, const CountsQuestion& question,
                            const LabelMatchers& ours = {});
// What this Revision served within kBaselineWindow, by code and bucket.
std::string baseline_query(const Dialect& dialect, const RevisionKey& revision,
                           const TagRequests& left_out, const LabelMatchers& ours = {});

// How many requests it served within `window`, one value: read the reply with parse_value.
std::string requests_query(const Dialect& dialect, const RevisionKey& revision,
                           const TagRequests& left_out, Duration window,
                           const LabelMatchers& ours = {});

// Probes: read the replies with parse_probe. Does this Revision have series, within `window`?
std::string probe_query(const Dialect& dialect, const RevisionKey& revision, Duration window,
                        const LabelMatchers& ours = {});
std::string inner_probe_query(const Dialect& dialect, const RevisionKey& revision,
                              const LabelMatchers& ours = {});
// Are there queue-proxies' series that do not tell their Revision, but may be of this one's
// namespace?
std::string unnamed_probe_query(const std::string& name_space, const LabelMatchers& ours = {});
// Have this Revision's series more than one value of the label `cluster`?
std::string clusters_probe_query(const Dialect& dialect, const RevisionKey& revision,
                                 const LabelMatchers& ours = {});
// Are activators scraped at all?
std::string activator_probe_query(const Dialect& dialect, const LabelMatchers& ours = {});

// One series of one pod: requests of one kind at most `le` seconds long (+infinity: all of them).
struct PodCounter {
  std::uint64_t group = 0;  // hash of its labels but this one and whose scrape it is: a histogram's
                            // buckets share it
  double le = 0;
  std::string code;  // HTTP status, "" where the series does not say
  bool operator==(const PodCounter&) const = default;
};
inline constexpr std::int64_t kNoCount = -1;  // that a series had no sample in this scrape
struct Scrape {
  TimePoint at{};
  std::vector<std::int64_t> values;  // one for each of PodSeries::counters, or kNoCount
  bool operator==(const Scrape&) const = default;
};
struct PodSeries {
  std::string pod;
  std::vector<PodCounter> counters;
  std::vector<Scrape> scrapes;  // by rising time
  bool operator==(const PodSeries&) const = default;
};
using SeriesByRevision = std::map<RevisionKey, std::vector<PodSeries>>;  // pods by name
struct MetricsReply {
  SeriesByRevision revisions;
  SeriesByRevision activators;     // pods of the activator; counters without buckets
  std::vector<std::string> notes;  // warnings of the server, samples that were left out and why
  bool operator==(const MetricsReply&) const = default;
};

// Read replies to the queries of the same name. Scrapes that hold a value which is no count (NaN,
// infinite, negative, not whole) are left out, and so is what belongs to no target of a joined
// dialect at its time; so is a pod's newest scrape while it shows only some of the counters of the
// one before. Errors: the server's own (with its text), not JSON, another shape, over
// kMaxReplyBytes or kMaxReplySeries.
Result<MetricsReply> parse_counts(std::string_view body, const Dialect& dialect,
                                  const Targets& targets = {});
Result<SeriesByRevision> parse_activators(std::string_view body, const Dialect& dialect);
Result<Targets> parse_targets(std::string_view body, const Dialect& dialect);
// `instances_usually_young` is not in the reply and stays false.
Result<StableBaseline> parse_baseline(std::string_view body, const Dialect& dialect,
                                      std::span<const std::string> error_codes);
Result<bool> parse_probe(std::string_view body);
// What a user's query gave: nullopt where that is nothing, or no finite number. More than one
// series is kBadInput.
Result<std::optional<double>> parse_value(std::string_view body);

// Is this HTTP status one of "5xx", "503", …?
bool matches_code(std::string_view code, std::span<const std::string> patterns);

}  // namespace freshet
