// Drives a controller: with threads against a real cluster, or step by step in one thread.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "controller/kube/watcher.h"
#include "controller/runtime/controller.h"
#include "controller/runtime/election.h"

namespace freshet {

// The watches that feed a controller: Services, Revisions and TrackedServices of each namespace (or
// of all), then both kinds of policies.
class Watches {
 public:
  // `server_timeout` zero: the server answers a watch at once with what has happened so far.
  Watches(KubeClient& kube, const Clock& clock, Controller& controller,
          const std::vector<std::string>& namespaces, Duration server_timeout,
          Watcher::Random random);

  std::vector<std::unique_ptr<Watcher>>& all() { return watchers_; }
  // All but the policies: what waits for those says so. Of several namespaces one that cannot be
  // read, since the server refuses it, is not waited for: its services have no passes.
  bool in_sync() const;
  std::string error() const;  // of the first that cannot be read, or ""

 private:
  std::vector<std::unique_ptr<Watcher>> watchers_;
  std::size_t needed_ = 0;      // so many of them, the first ones, for in_sync()
  bool may_leave_out_ = false;  // those that the server refuses
};

// Nothing is decided before everything has been listed once, and nothing by a replica that does not
// lead: it keeps its watches running and does nothing else. Null: there is no election.
bool acts(const Watches& watches, const Election* election);

// One thread: the election, watches, registry checks, then every service that is due. Returns when
// something is due next, at the latest after `at_most`.
TimePoint pump(Watches& watches, Controller& controller, const Clock& clock, Duration at_most,
               Election* election = nullptr);

// Threads, until `stop` is true (asked several times a second; it must be once the election is
// lost): one a watch, one for registries, one for gates, one for messages, some for credentials,
// `workers` for services and one more for retreats alone, one for the election. Each pass that has
// begun is finished before this returns; then the lease is given back.
void run_until_stopped(Watches& watches, Controller& controller, const Clock& clock, int workers,
                       const std::function<bool()>& stop, Election* election = nullptr);

}  // namespace freshet
