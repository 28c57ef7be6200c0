// Election: of several replicas one acts. The thin shell around kube/lease.h: sends its requests,
// reads the clock, logs.
#pragma once

#include <mutex>
#include <string>

#include "base/clock.h"
#include "controller/kube/client.h"
#include "controller/kube/lease.h"
#include "controller/model/names.h"
#include "controller/runtime/log.h"

namespace freshet {

struct ElectionOptions {
  ServiceKey lease{"freshet-system", "freshet"};
  std::string identity;  // of this process alone: pod name and something random
  LeaseTimes times;
  Log log = [](const LogLine&) {};
};

// A process leads at most once: when it has lost its lease it ends, and another begins as a
// standby. run_once() and release() are for one thread at a time, the rest for any.
class Election {
 public:
  // `kube` is not fenced by this election; its timeout is shorter than the renew deadline, so that
  // a renewal that hangs is tried again (lease_client_options).
  Election(KubeClient& kube, const Clock& clock, ElectionOptions options);

  // One request at most, if one is due. Returns when the next is due, by clock.now().
  TimePoint run_once();
  // Gives the lease back, in a few requests at most. Only when nothing that it guards goes on.
  void release();

  bool leads() const { return time_left() > Duration::zero(); }
  // How long a write may take from now on (KubeClientOptions::time_to_write): up to the renew
  // deadline, counted from the start of the last renewal that arrived, in boot time.
  Duration time_left() const;
  // Once it led and may not any more: a sentence. It never leads again.
  std::string lost() const;
  // "leading", "standby", "standby: NAME leads", "standby: PROBLEM", "lost: WHY", "gone".
  std::string standing() const;

 private:
  void send(const LeaseRequest& request);
  void tell();

  KubeClient& kube_;
  const Clock& clock_;
  const ElectionOptions options_;
  mutable std::mutex mutex_;  // of candidate_
  LeaseCandidate candidate_;
  std::string told_;  // the standing that was logged last
};

// How the client of an election is made from that of everything else.
KubeClientOptions lease_client_options(KubeClientOptions options, const LeaseTimes& times);

}  // namespace freshet
