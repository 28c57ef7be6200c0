// Replica: one process of the controller of production, unchanged: its client, watches, caches and
// queue, driven in one thread.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "controller/kube/client.h"
#include "controller/net/local_exchanges.h"
#include "controller/net/local_transport.h"
#include "controller/runtime/controller.h"
#include "controller/runtime/election.h"
#include "controller/runtime/run.h"
#include "tests/simulate/wire.h"
#include "tests/support/world_clock.h"

namespace freshet::simulate {

// The lease is given to somebody who does nothing with it, or to another replica: then there are
// two leaders until the first one tries to renew.
void give_lease(sandbox::World& world, const std::string& holder);
inline const std::string kThief = "a thief";

class Replica {
 public:
  // `name` of one of several, of which one acts; "" of one alone.
  Replica(sandbox::World& world, const Weather& weather, std::string name, std::uint64_t seed,
          int max_rollouts, Wire::Hooks hooks, Log log);
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  Wire& wire() { return wire_; }
  const Wire& wire() const { return wire_; }
  TimePoint looked() const { return looked_; }
  // A watch has news of this kind, which arrives some time later.
  void notice(std::string_view plural);

  // When it has something to do; max() while it is frozen in the middle of a request.
  TimePoint due() const;
  // Does all that is due. A kill on the way ends it; it is started again by itself.
  void run();

  // While a request of another of its threads is under way the election goes on.
  void keep_electing();

  void kill(Duration lasting);
  void stop(Duration lasting);  // cleanly: the lease is given back
  void set_clock_error(Duration error) { wall_.error = error; }
  // What registries and others send: the tag may have moved.
  void hint(const ImageReference& reference) {
    if (is_alive()) controller_->hint(reference);
  }
  // Why the process ended by an error of its own, "" for none; asked once.
  std::string take_crash() { return std::exchange(crash_, ""); }
  bool is_alive() const { return controller_ != nullptr; }
  bool is_busy() const { return is_busy_; }
  std::string identity() const;  // as in the lease

 private:
  void start();
  void watch();
  void work();
  Duration lag();
  Duration ahead() const;  // its clock, of the world's

  sandbox::World& world_;
  const Weather& weather_;
  const std::string name_;
  const int max_rollouts_;
  sandbox::Dice dice_;
  WorldClock wall_;
  Wire wire_;
  LocalTransport transport_;
  std::unique_ptr<LocalExchanges> exchanges_;
  std::unique_ptr<LocalExchanges> gates_;
  TokenSource tokens_{Secret{""}};
  Log log_;
  std::unique_ptr<SteadyClock> clock_;  // as the program has it
  std::unique_ptr<KubeClient> lease_kube_;
  std::unique_ptr<Election> election_;  // null: it acts alone
  std::unique_ptr<KubeClient> kube_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<Controller> controller_;
  std::unique_ptr<Watches> watches_;
  TimePoint looked_{};               // when the passes under way, or the last ones, began
  std::array<TimePoint, 6> news_{};  // of each kind that is watched, as Watches has them
  TimePoint elects_{};               // when the election is due
  TimePoint back_{};                 // while it is dead
  TimePoint ran_{};
  bool is_busy_ = false;
  std::string crash_;
  std::int64_t kills_ = 0;
};

// When it last read Prometheus; or another did, a moment ago: it finds the evidence in status.
std::optional<TimePoint> metrics_known_to(const Replica& replica,
                                          const std::vector<std::unique_ptr<Replica>>& all);

}  // namespace freshet::simulate
