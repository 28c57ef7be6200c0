// Replies of Prometheus, in each dialect (the first byte): whatever a server says is JSON or
// refused, what becomes an interval is made of counts, and what evidence it leaves can be written
// down and read again.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/analyzer.h"
#include "analysis/prometheus.h"
#include "analysis/reader.h"
#include "tests/fuzz/fuzz.h"

using namespace freshet;

namespace {

bool is_count(std::int64_t value) { return value >= 0; }

void require_counts(const ArmCounts& arm) {
  fuzz::require(is_count(arm.requests) && is_count(arm.errors) && is_count(arm.young));
  fuzz::require(arm.errors <= arm.requests && arm.young <= arm.requests);
  for (const auto& [bound, slower] : arm.slower) {
    fuzz::require(is_count(slower) && slower <= arm.requests);
  }
}

void judge_reply(const MetricsReply& reply, bool twice) {
  ReadInput input;
  input.canary.key = {"shop", "checkout-00008"};
  input.stable.key = {"shop", "checkout-00007"};
  input.percent = 10;
  input.bounds = {0.1, 0.25};
  input.pods = {{"p1", TimePoint(seconds(50))}};
  AnalysisSettings settings;
  settings.latency_bounds = input.bounds;
  Evidence evidence = fresh_evidence("uid", settings);
  for (int time = 0; time < (twice ? 2 : 1); ++time) {
    ReadResult result = read(std::move(evidence.reader), reply, input);
    evidence.reader = std::move(result.state);
    if (!result.interval) continue;
    require_counts(result.interval->canary);
    require_counts(result.interval->stable);
    fuzz::require(result.interval->start < result.interval->end);
    evidence = advance(std::move(evidence), *result.interval, settings);
  }
  const auto again = evidence_from_json(evidence_to_json(evidence));
  fuzz::require(again.has_value());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const auto all = dialects();
  const Dialect& dialect = all[(data[0] >> 1) % all.size()];
  const std::string_view body = fuzz::text_of(data + 1, size - 1);
  const std::vector<std::string> codes = {"5xx"};
  const auto targets = parse_targets(body, dialect);
  auto reply = parse_counts(body, dialect, targets ? *targets : Targets());
  if (const auto activators = parse_activators(body, dialect); reply && activators) {
    reply->activators = *activators;
  }
  // Our own reader accepts nothing that the library does not, but for a few levels of depth.
  const auto json = parse_json(body, kMaxReplyBytes);
  const bool is_json = json || json.error().message.find("nested deeper") != std::string::npos;
  fuzz::require(!reply || is_json);
  if (reply) judge_reply(*reply, (data[0] & 1) != 0);
  if (const auto baseline = parse_baseline(body, dialect, codes)) {
    const auto settings = choose_settings(AnalysisSpec{}, RolloutSpec{}, *baseline, seconds(10));
    fuzz::require(settings_from_json(settings_to_json(settings)).has_value());
  }
  (void)parse_probe(body);
  return 0;
}
