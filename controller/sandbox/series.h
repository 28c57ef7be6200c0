// Series: the scrapes of pods and of activators as Prometheus knows them, by labels.
#pragma once

#include <vector>

#include "controller/sandbox/exposure.h"
#include "controller/sandbox/promql.h"
#include "controller/sandbox/users.h"

namespace freshet::sandbox {

struct SeriesSample {
  TimePoint at{};
  std::int64_t value = 0;
};

struct Series {
  SeriesLabels labels;                // with __name__
  std::vector<SeriesSample> samples;  // by rising time
};

// Those that match, each with its samples within (now − window, now]; none without samples.
std::vector<Series> select_series(Users& users, const Exposures& exposures,
                                  const Selector& selector, Duration window, TimePoint now);

}  // namespace freshet::sandbox
