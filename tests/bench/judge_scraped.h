// A traffic source read as in production: two pods an arm, scraped at random offsets, through the
// reader.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/reader.h"
#include "tests/analysis/fake_prometheus.h"
#include "tests/bench/judge_world.h"

namespace freshet {

// What happens to pods in the meantime, each at its own time; zero: never.
struct PodLife {
  Duration restarts_every{};  // the container: its counters begin again
  Duration replaced_every{};  // the pod: what it served since its last scrape is lost
};

class ScrapedSource final : public TrafficSource {
 public:
  ScrapedSource(std::uint64_t seed, double rps, ArmRates canary, ArmRates stable, Duration period,
                const AnalysisSettings& settings, PodLife life = {});
  std::optional<Interval> next(TimePoint& now, int percent) override;

 private:
  void pass(TimePoint& now);  // one tick of ten seconds
  void flush(std::size_t pod, TimePoint now);
  void live(std::size_t pod, TimePoint now);
  void start_pod(const RevisionKey& key, TimePoint now);
  std::optional<Interval> look(TimePoint now, int percent);

  ArmTraffic traffic_;
  double rps_;
  ArmRates canary_;
  ArmRates stable_;
  int percent_ = 0;
  std::vector<FakePod> pods_;
  std::vector<TimePoint> served_until_;
  std::vector<bool> gone_;
  Duration period_;
  PodLife life_;
  ReadInput input_;
  ReaderState state_;
};

}  // namespace freshet
