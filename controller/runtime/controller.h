// The controller: caches fed by watches, registry checks, and one pass over each service that is
// due. It starts no thread: run.h drives it with threads, the simulated world by pump().
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/exchanges.h"
#include "base/http.h"
#include "controller/kube/client.h"
#include "controller/kube/watch.h"
#include "controller/model/transition.h"
#include "controller/runtime/cache.h"
#include "controller/runtime/fleet.h"
#include "controller/runtime/gates.h"
#include "controller/runtime/judging.h"
#include "controller/runtime/log.h"
#include "controller/runtime/metrics.h"
#include "controller/runtime/nodes.h"
#include "controller/runtime/notes.h"
#include "controller/runtime/notifications.h"
#include "controller/runtime/options.h"
#include "controller/runtime/policies.h"
#include "controller/runtime/queue.h"
#include "controller/runtime/tags.h"
#include "controller/runtime/tell.h"
#include "controller/runtime/watch_book.h"

namespace freshet {

// What the controller talks through. All must outlive it.
struct Connections {
  KubeClient& kube;
  HttpExchanges& registry;
  HttpTransport& prometheus;
  std::function<Result<std::string>()> docker_config = {};  // text of its own config.json
  AskHelper ask_helper = {};                                // runs the helpers that it names
  HttpExchanges* gates = nullptr;          // to tag URLs; null: no gate can be told
  Notifications* notifications = nullptr;  // to sinks; null: nobody is told
};

class Controller {
 public:
  Controller(ControllerOptions options, Connections connections, const Clock& clock,
             Metrics& metrics, Log log);

  // Before the watch runs it is expected: no service of its namespace has a pass until all that are
  // expected there have listed what there is.
  void expect_watch(Kind kind, const std::string& name_space) { book_.expect(kind, name_space); }
  // What the watches tell. Thread-safe, like everything below.
  void on_event(Kind kind, const std::string& name_space, const WatchEvent& event);
  // After each exchange of one: why it failed, or null.
  void on_watch(Kind kind, const std::string& name_space, const Error* error) {
    if (book_.note(kind, name_space, error)) reach({{name_space, Policy{}}});
  }
  // Likewise of policies. Before the watch runs it is expected: nothing starts or advances until it
  // has told what there is.
  void expect_policies(const PolicyWatch& watch) { policies_.expect(watch); }
  void on_policy_event(const PolicyWatch& watch, const WatchEvent& event);
  // After each exchange of its watch: why it failed, or null.
  void on_policy_watch(const PolicyWatch& watch, const Error* error);

  // Something (a webhook) says that this tag moved: TagWatch::hint.
  bool hint(const ImageReference& reference) { return tags_.hint(reference); }
  // Starts the registry checks that are due and takes the replies that come, waiting for something
  // to do at most so long. One caller at a time.
  void check_registries(Duration at_most);
  // Sends the requests of gates and takes the answers that come, likewise.
  // False: there is no way to ask.
  bool try_gates(Duration at_most);
  // Brings messages to their sinks, likewise.
  bool deliver(Duration at_most);
  // Reads one source of credentials that is due, lists nodes, or tells a policy its status; false
  // when none is due. Several may call it at once.
  bool read_surroundings();
  // One pass over one service that is due, of this priority at least; false when none is.
  bool reconcile_one(Priority lowest = Priority::kRest);
  // When reconcile_one, or read_surroundings, has something to do next: who waits for the one is
  // not woken for the other.
  std::optional<TimePoint> next_pass(Priority lowest = Priority::kRest) const;
  std::optional<TimePoint> next_reading() const;
  // When any of these, or a registry check, is due next.
  std::optional<TimePoint> next_due() const;
  // Hears what watches tell of TrackedServices, and what has happened to one. Both must return at
  // once; set before anything runs.
  struct Hearing {
    std::function<void(const std::string& name_space, const WatchEvent&)> tracked;
    std::function<void(const ServiceKey&, const Fact&, const std::optional<Core>&, TimePoint)> fact;
  };
  void set_hearing(Hearing hearing) { hearing_ = std::move(hearing); }
  // Called when something may have become due earlier than next_due() said.
  void set_wake(std::function<void()> wake) { wake_ = std::move(wake); }

 private:
  // What one pass leaves behind for the next.
  struct Outlook {
    std::optional<TimePoint> next;
    Priority priority = Priority::kRest;  // of the next pass
    std::string trouble;                  // why the pass failed; ""
    std::string blind;                    // why the analyzer is, though the pass went well; ""
  };
  Outlook pass(const ServiceKey& key, const CachedTracked& tracked, Notes& notes);
  Observation gather(const CachedTracked& tracked, Notes& notes, TimePoint now);
  std::string look(Observation& seen, Notes& notes, TimePoint now);
  bool ask_gate(const ServiceKey& key, const std::optional<GateQuestion>& question, TimePoint now,
                Duration ahead);
  void cancel_runs(const Observation& seen, const Transition& transition, Notes& notes);
  std::string probe(Observation& seen, Notes& notes, TimePoint now);
  void read_policies(Observation& seen) const;
  Transition decide(Observation& seen, const Notes& notes, TimePoint now);
  bool read_again(Observation& seen, Notes& notes, std::string& trouble);
  Transition decide_and_write(Observation& observation, Notes& notes, TimePoint now,
                              std::string& trouble);
  void settle_turn(const ServiceKey& key, const Observation& seen, const Transition& decided,
                   TimePoint now);
  void wake_ready();
  void tell(const ServiceKey& key, const Observation& seen, const std::vector<Occasion>& occasions,
            TimePoint now);
  std::vector<NoticeStatus> hand_over(const ServiceKey& key, const Observation& seen,
                                      const std::vector<Occasion>& occasions,
                                      const TrackedServiceStatus& status, Notes& notes);
  std::optional<TimePoint> next_delivery() const;
  void settle(const ServiceKey& key, const Observation& observation, const Transition& transition,
              Notes& notes, TimePoint now, std::string& trouble);
  void reach(const std::vector<PolicyReach>& reached);
  bool tell_policy();
  void forget(const ServiceKey& key);
  Status read_before_first_pass(const ServiceKey& key);
  Notes& notes_of(const ServiceKey& key, const CachedTracked& tracked);
  void enqueue(const std::vector<ServiceKey>& keys, TimePoint at);

  const ControllerOptions options_;
  Connections connections_;
  const Clock& clock_;
  Metrics& metrics_;
  Log log_;
  std::function<void()> wake_;
  Hearing hearing_;
  WatchBook book_;

  Fleet fleet_;
  Cache cache_;
  Credentials credentials_;
  Nodes nodes_;
  TagWatch tags_;
  Policies policies_;
  Judging judging_;
  Gates gates_;

  mutable std::mutex mutex_;  // guards what follows
  KeyedQueue queue_;
  std::map<ServiceKey, std::unique_ptr<Notes>> notes_;  // each used by one worker at a time
};

}  // namespace freshet
