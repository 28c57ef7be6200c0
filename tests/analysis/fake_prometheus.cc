// Pods with counters, scraped at offsets.
#include "tests/analysis/fake_prometheus.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace freshet {

FakePod::FakePod(std::string name, RevisionKey key, Duration period, Duration offset)
    : name_(std::move(name)), key_(std::move(key)), period_(period), offset_(offset) {}

void FakePod::fill(Histogram& histogram, std::int64_t requests, const ArmCounts& counts) {
  histogram.requests += requests;
  for (const auto& [bound, slower] : counts.slower) {
    histogram.within[bound] += std::max<std::int64_t>(requests - slower, 0);
  }
}

void FakePod::serve(const ArmCounts& counts) {
  if (counts.requests > counts.errors) {
    fill(by_code_["200"], counts.requests - counts.errors, counts);
  }
  if (counts.errors > 0) {  // errors answer at once
    ArmCounts quick;
    for (const auto& [bound, slower] : counts.slower) quick.slower[bound] = 0;
    fill(by_code_["503"], counts.errors, quick);
  }
}

void FakePod::restart() { by_code_.clear(); }

bool FakePod::due(TimePoint now) const {
  return (now.time_since_epoch() - offset_) % period_ == Duration{};
}

void FakePod::scrape(TimePoint now) {
  Scrape scrape;
  scrape.at = now;
  const auto set = [&](const std::string& code, double le, std::int64_t value) {
    const PodCounter counter{stable_hash(code), le, code};
    auto found = std::find(counters_.begin(), counters_.end(), counter);
    if (found == counters_.end()) found = counters_.insert(found, counter);
    const auto index = static_cast<std::size_t>(found - counters_.begin());
    scrape.values.resize(std::max(scrape.values.size(), index + 1), kNoCount);
    scrape.values[index] = value;
  };
  for (const auto& [code, histogram] : by_code_) {
    for (const auto& [bound, within] : histogram.within) set(code, bound, within);
    set(code, std::numeric_limits<double>::infinity(), histogram.requests);
  }
  if (!scrape.values.empty()) scrapes_.push_back(std::move(scrape));
}

PodSeries FakePod::series(TimePoint now, Duration window) const {
  PodSeries out{name_, counters_, {}};
  const auto first =
      std::upper_bound(scrapes_.begin(), scrapes_.end(), now - window,
                       [](TimePoint t, const Scrape& scrape) { return t < scrape.at; });
  out.scrapes.assign(first, scrapes_.end());
  for (Scrape& scrape : out.scrapes) scrape.values.resize(counters_.size(), kNoCount);
  return out;
}

MetricsReply reply_of(const std::vector<FakePod>& pods, TimePoint now, Duration window) {
  MetricsReply reply;
  for (const FakePod& pod : pods) {
    PodSeries series = pod.series(now, window);
    if (!series.scrapes.empty()) reply.revisions[pod.key()].push_back(std::move(series));
  }
  return reply;
}

std::string json_of(const MetricsReply& reply) {
  Json result = Json::array();
  for (const auto& [key, pods] : reply.revisions) {
    for (const PodSeries& pod : pods) {
      for (std::size_t i = 0; i < pod.counters.size(); ++i) {
        const PodCounter& counter = pod.counters[i];
        Json values = Json::array();
        for (const Scrape& scrape : pod.scrapes) {
          if (scrape.values[i] == kNoCount) continue;
          values.push_back({to_unix_seconds(scrape.at), std::to_string(scrape.values[i])});
        }
        const std::string le = std::isfinite(counter.le) ? fmt::format("{}", counter.le) : "+Inf";
        result.push_back({{"metric",
                           {{"__name__", "http_server_request_duration_seconds_bucket"},
                            {"kn_revision_name", key.revision},
                            {"k8s_namespace_name", key.name_space},
                            {"k8s_pod_name", pod.pod},
                            {"http_response_status_code", counter.code},
                            {"le", le}}},
                          {"values", std::move(values)}});
      }
    }
  }
  return dump_json(
      {{"status", "success"}, {"data", {{"resultType", "matrix"}, {"result", std::move(result)}}}});
}

}  // namespace freshet
