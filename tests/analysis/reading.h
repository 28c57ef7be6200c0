// A small world of pods scraped at offsets, read through the server's own JSON, for tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "analysis/reader.h"
#include "tests/analysis/fake_prometheus.h"

namespace freshet {

inline const RevisionKey kCanary{"shop", "checkout-00008"};
inline const RevisionKey kStable{"shop", "checkout-00007"};

// A world in which every pod serves a fixed number of requests and errors a second.
class Reading : public testing::Test {
 protected:
  void add_pod(const std::string& name, const RevisionKey& key, Duration offset,
               Duration period = seconds(15)) {
    pods_.emplace_back(name, key, period, offset);
    per_second_[name] = ArmCounts{10, 0, {{0.1, 2}, {0.25, 1}}, 0};
  }
  FakePod& pod(const std::string& name) {
    return *std::find_if(pods_.begin(), pods_.end(),
                         [&](const FakePod& p) { return p.name() == name; });
  }
  void remove_pod(const std::string& name) { gone_.insert(name); }

  // Lets time pass, a second at a time; reads every ten seconds when `reading`.
  void pass(Duration duration, bool reading = true) {
    for (const TimePoint until = now_ + duration; now_ < until;) {
      now_ += seconds(1);
      for (FakePod& p : pods_) {
        if (gone_.contains(p.name())) continue;
        p.serve(per_second_[p.name()]);
        if (p.due(now_) && !unseen_.contains(p.name())) p.scrape(now_);
      }
      if (reading && now_.time_since_epoch() % seconds(10) == Duration{}) look();
    }
  }
  void look() {
    const MetricsReply reply = reply_of(pods_, now_, read_window(state_, now_));
    auto parsed = parse_counts(json_of(reply), dialects().front());
    ASSERT_TRUE(parsed) << parsed.error().message;
    parsed->activators = reply_of(activators_, now_, read_window(state_, now_)).revisions;
    ReadResult result = read(state_, *parsed, input_);
    state_ = std::move(result.state);
    if (result.interval) intervals_.push_back(*result.interval);
  }
  ArmCounts total(bool canary) const {
    ArmCounts sum;
    for (const Interval& i : intervals_) {
      const ArmCounts& arm = canary ? i.canary : i.stable;
      sum.requests += arm.requests;
      sum.errors += arm.errors;
      sum.young += arm.young;
      for (const auto& [bound, slower] : arm.slower) sum.slower[bound] += slower;
    }
    return sum;
  }

  TimePoint now_ = kSimulationStart;
  std::vector<FakePod> pods_;
  std::vector<FakePod> activators_;  // one for each activator and Revision that comes through it
  std::set<std::string> gone_;
  std::set<std::string> unseen_;  // they serve, but Prometheus has not taken them up
  std::map<std::string, ArmCounts> per_second_;
  ReadInput input_{{kCanary, {}}, {kStable, {}}, 5, {"5xx"}, {0.1, 0.25}, {}, {}};
  ReaderState state_;
  std::vector<Interval> intervals_;
};

}  // namespace freshet
