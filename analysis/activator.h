// Failures that reached no pod: told by the activators alone, and told apart from those that their
// pod has counted as well.
//
// An activator counts every request that comes through it, with the answer that its user got: those
// it passed on, which their pod's queue-proxy counts too, and those it had to answer by itself (no
// capacity, no pod in time, a broken connection). Which is which no series says. But what a pod
// counts it has counted by the time that the activator counts it. So of the activators' failures in
// (t0, t1], at most as many as the pods counted from their last sample before t0 to their first
// after t1 can have reached a pod; what is beyond, and never less than none, reached none. Requests
// that go to the pods directly, and pods' samples that lie further apart, make it fewer: failures
// may be missed, none counts twice.
//
// The Revision with no pods at all is where it matters: there, all failures are the activators'.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/evidence.h"
#include "analysis/interval.h"
#include "analysis/prometheus.h"

namespace freshet {

struct ActivatorArm {
  RevisionKey key;
  bool canary = false;
};

struct Unreached {
  std::int64_t failures = 0;
  // How long its activators were observed for them, in the mean: their scrapes lie elsewhere than
  // those of pods. nullopt: not known.
  std::optional<Duration> observed;
};

// Failures of `arm` that reached no pod, from where `state` has counted to up to `until`; `state`
// keeps what was counted. Every live pod must have a sample at `until` or later, or have counted
// nothing by then.
// Counting begins as it does for pods: a series of an activator that is known counts from 0, and so
// do the candidate's first ones; others are only a baseline at first, lest a restarted Prometheus
// replay yesterday.
Unreached unreached_failures(ReaderState& state, const MetricsReply& reply, const ActivatorArm& arm,
                             TimePoint until, const std::vector<std::string>& error_codes);

// Requests of an arm no pod of which was scraped: where its failures are many beside what the other
// arm's requests let expect, they all end at the activators, as long as those were `observed`. Of
// fewer it is not known what pods have answered meanwhile.
void settle_observed(ArmCounts& arm, std::optional<Duration> observed, int percent,
                     const ArmCounts& other, const Interval& interval);

// Where counting goes on from next time: each activator's last sample up to `until`.
void remember_activators(ReaderState& state, const MetricsReply& reply, const RevisionKey& canary,
                         TimePoint until);

}  // namespace freshet
