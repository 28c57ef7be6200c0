// The world of the benchmark of scale: thousands of tracked Services that stand adopted in the
// simulated cluster, some of which will roll out. Thread-safe.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "controller/cli/simulated.h"

namespace freshet {

// Services 0 … rollouts - 1 have users and a rebuild to come; the others are at rest for ever.
struct ControlScale {
  int services = 10000;
  int rollouts = 500;
  int revisions = 1;  // of each: Knative keeps 20 that are not active, and those that are
};

// Half of them share one namespace; the others have fifty.
ServiceKey control_key(int service);
std::string control_repository(int service);

class ControlWorld {
 public:
  // Adopts them all, on the world's own clock, and ends at the present.
  ControlWorld(ControlScale scale, const Clock& clock);

  // `target`: path and query, whichever of the simulated hosts they are meant for.
  HttpResponse answer(HttpRequest request, const std::string& target);
  // Lets the world go on to the present.
  void tick();
  // Until something may have changed, or `at_most`.
  void wait(Duration at_most);
  // Rises when the watches that run are to end, and what they watched is to be listed anew.
  int relists() const;
  int begin_watch();  // relists() for a watch that begins

  // What the benchmark wants to happen or to know, in words; see control.cc.
  std::string order(const std::string& what, int first, int count);

 private:
  struct Retreat {
    std::string why;
    double after_pass = 0;   // seconds from the beginning of the pass that decided
    double after_order = 0;  // from the person's command, where there was one
  };
  void make_service(int service);
  void add_old_revisions(int service);
  void note_write(const std::string& body);
  std::int64_t writes() const;

  const ControlScale scale_;
  const Clock& clock_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::uint64_t changes_ = 0;
  int relists_ = 0;
  int watches_ = 0;  // that began since
  std::unique_ptr<SimulatedCluster> cluster_;
  std::map<ServiceKey, TimePoint> aborted_;
  std::map<std::string, Retreat> retreats_;  // by Service and rollout
};

}  // namespace freshet
