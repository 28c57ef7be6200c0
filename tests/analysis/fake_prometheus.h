// Pods with counters, scraped at offsets, as a Prometheus would show them: as values and as JSON.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analysis/prometheus.h"
#include "tests/analysis/simulate.h"

namespace freshet {

class FakePod {
 public:
  FakePod(std::string name, RevisionKey key, Duration period, Duration offset);

  void serve(const ArmCounts& counts);  // errors answer 503, everything else 200
  void restart();                       // the container starts again: all counters from 0
  void forget() { scrapes_.clear(); }   // as after the loss of Prometheus' data
  bool due(TimePoint now) const;        // is this second one of its scrapes?
  void scrape(TimePoint now);
  PodSeries series(TimePoint now, Duration window) const;  // in (now − window, now]

  const std::string& name() const { return name_; }
  const RevisionKey& key() const { return key_; }

 private:
  struct Histogram {
    std::int64_t requests = 0;
    std::map<double, std::int64_t> within;
  };
  void fill(Histogram& histogram, std::int64_t requests, const ArmCounts& counts);

  std::string name_;
  RevisionKey key_;
  Duration period_;
  Duration offset_;
  std::map<std::string, Histogram> by_code_;
  std::vector<PodCounter> counters_;
  std::vector<Scrape> scrapes_;
};

// What a query for all of these would be answered.
MetricsReply reply_of(const std::vector<FakePod>& pods, TimePoint now, Duration window);
// The same as the server would write it, in the dialect of promoted labels.
std::string json_of(const MetricsReply& reply);

}  // namespace freshet
