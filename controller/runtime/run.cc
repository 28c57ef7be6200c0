// Threads for a real cluster, steps for a simulated one.
#include "controller/runtime/run.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "controller/runtime/allocator.h"
#include "controller/runtime/paths.h"

namespace freshet {

namespace {

constexpr std::size_t kNeededOfEach = 3;  // TrackedServices, Services, Revisions of a namespace
constexpr Duration kLongestWait{500};     // how late a missed wake-up may be noticed
constexpr Duration kStopPoll{50};         // how late a stop may be noticed
constexpr Duration kPollEvery{10};        // between two watches of a server that answers at once
constexpr Duration kGiveBackEvery = seconds(30);  // it takes some milliseconds
constexpr int kMaxPassesPerPump = 100000;
constexpr int kCredentialReaders = 4;  // so many slow helpers delay nobody else

// Where idle threads wait for work.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    ++opened_;
    condition_.notify_all();
  }
  std::uint64_t opened() {
    const std::lock_guard lock(mutex_);
    return opened_;
  }
  // Until opened again since `seen`, or `at_most`.
  void wait(std::uint64_t seen, Duration at_most) {
    std::unique_lock lock(mutex_);
    condition_.wait_for(lock, at_most, [&] { return opened_ != seen; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  std::uint64_t opened_ = 0;
};

Duration until(std::optional<TimePoint> due, TimePoint now) {
  if (!due) return kLongestWait;
  return std::clamp<Duration>(*due - now, Duration{1}, kLongestWait);
}

// Renews until `done`; whoever waits for work is woken when this replica begins to lead.
void keep_electing(Election& election, const Clock& clock, Gate& bell, Gate& work,
                   const std::atomic<bool>& done) {
  bool led = false;
  while (!done) {
    const std::uint64_t seen = bell.opened();
    const TimePoint due = election.run_once();
    if (election.leads() && !std::exchange(led, true)) work.open();
    bell.wait(seen, std::clamp<Duration>(due - clock.now(), Duration{0}, kLongestWait));
  }
}

// What a burst of work needed is given back now and then.
void tidy_memory_until(const std::function<bool()>& stop, const Watches& watches,
                       const Clock& clock) {
  for (TimePoint next{}; !stop();) {
    sleep_for(kStopPoll);
    if (!watches.in_sync() || clock.now() < next) continue;
    give_back_free_memory();
    next = clock.now() + kGiveBackEvery;
  }
}

}  // namespace

Watches::Watches(KubeClient& kube, const Clock& clock, Controller& controller,
                 const std::vector<std::string>& namespaces, Duration server_timeout,
                 Watcher::Random random) {
  const std::vector<std::string> everywhere = {""};
  const auto add = [&](Kind kind, const std::string& name_space, const std::string& path) {
    WatchOptions options;
    options.path = path;
    options.server_timeout = server_timeout;
    if (server_timeout == Duration{0}) options.rest = kPollEvery;
    controller.expect_watch(kind, name_space);
    watchers_.push_back(std::make_unique<Watcher>(
        kube, clock, options,
        [&controller, kind, name_space](const WatchEvent& event) {
          controller.on_event(kind, name_space, event);
        },
        random,
        [&controller, kind, name_space](const Error* error) {
          controller.on_watch(kind, name_space, error);
        }));
  };
  for (const std::string& name_space : namespaces.empty() ? everywhere : namespaces) {
    // Services and Revisions first: what tracks them then finds them.
    add(Kind::kService, name_space, services_path(name_space));
    add(Kind::kRevision, name_space, revisions_path(name_space));
    add(Kind::kTrackedService, name_space, tracked_services_path(name_space));
  }
  // Passes do not wait for these: retreats are due without them.
  needed_ = watchers_.size();
  may_leave_out_ = namespaces.size() > 1;
  const auto add_policies = [&](const PolicyWatch& watch) {
    controller.expect_policies(watch);
    WatchOptions options;
    options.path = policies_path(watch.kind, watch.name_space);
    options.server_timeout = server_timeout;
    if (server_timeout == Duration{0}) options.rest = kPollEvery;
    watchers_.push_back(std::make_unique<Watcher>(
        kube, clock, options,
        [&controller, watch](const WatchEvent& event) { controller.on_policy_event(watch, event); },
        random,
        [&controller, watch](const Error* error) { controller.on_policy_watch(watch, error); }));
  };
  for (const std::string& name_space : namespaces.empty() ? everywhere : namespaces) {
    add_policies({std::string(kRolloutPolicy), name_space, false});
    add_policies({std::string(kRolloutApproval), name_space, false});
  }
  add_policies({std::string(kClusterRolloutPolicy), "", !namespaces.empty()});
}

bool Watches::in_sync() const {
  bool is_any = false;  // has a namespace of which everything is listed
  for (std::size_t first = 0; first < needed_; first += kNeededOfEach) {
    std::size_t listed = 0;
    for (std::size_t i = first; i < first + kNeededOfEach; ++i) {
      const Watcher& watcher = *watchers_[i];
      if (watcher.in_sync()) {
        ++listed;
      } else if (!may_leave_out_ || !watcher.is_refused()) {
        return false;
      }
    }
    is_any = is_any || listed == kNeededOfEach;
  }
  return is_any;
}

std::string Watches::error() const {
  for (const auto& watcher : watchers_) {
    if (const auto error = watcher->error()) return error->message;
  }
  return "";
}

bool acts(const Watches& watches, const Election* election) {
  return watches.in_sync() && (election == nullptr || election->leads());
}

TimePoint pump(Watches& watches, Controller& controller, const Clock& clock, Duration at_most,
               Election* election) {
  TimePoint latest = clock.now() + at_most;
  if (election != nullptr) latest = std::min(latest, election->run_once());
  for (const auto& watcher : watches.all()) watcher->run_once();
  if (election != nullptr && !election->leads()) return latest;
  if (watches.in_sync()) {
    for (int i = 0; i < kMaxPassesPerPump && controller.read_surroundings(); ++i) {
    }
    controller.check_registries(Duration::zero());
    controller.try_gates(Duration::zero());
    for (int i = 0; i < kMaxPassesPerPump && controller.reconcile_one(); ++i) {
    }
    controller.deliver(Duration::zero());
  }
  return std::min(controller.next_due().value_or(latest), latest);
}

void run_until_stopped(Watches& watches, Controller& controller, const Clock& clock, int workers,
                       const std::function<bool()>& stop, Election* election) {
  set_up_allocator();
  Gate gate;
  Gate bell;
  std::atomic<bool> done = false;
  controller.set_wake([&gate] { gate.open(); });
  const auto may_act = [&] { return acts(watches, election); };
  const auto work = [&](const auto& once, const auto& next_due) {
    while (!stop()) {
      const std::uint64_t seen = gate.opened();
      if (may_act() && once()) continue;
      gate.wait(seen, may_act() ? until(next_due(), clock.now()) : kLongestWait);
    }
  };
  std::vector<std::jthread> threads;  // read
  std::vector<std::jthread> writers;
  std::jthread electing;
  for (const auto& watcher : watches.all()) {
    threads.emplace_back([&] { watcher->run_until_stopped(stop); });
  }
  threads.emplace_back([&] {
    work(
        [&] {
          controller.check_registries(kLongestWait);
          return true;
        },
        [] { return std::nullopt; });  // it waits by itself
  });
  threads.emplace_back([&] {
    work([&] { return controller.try_gates(kLongestWait); },
         [] { return std::nullopt; });  // likewise
  });
  threads.emplace_back(
      [&] { work([&] { return controller.deliver(kLongestWait); }, [] { return std::nullopt; }); });
  for (int i = 0; i < kCredentialReaders; ++i) {
    threads.emplace_back([&] {
      work([&] { return controller.read_surroundings(); },
           [&] { return controller.next_reading(); });
    });
  }
  const auto add_worker = [&](Priority lowest) {
    writers.emplace_back([&, lowest] {
      work([&, lowest] { return controller.reconcile_one(lowest); },
           [&, lowest] { return controller.next_pass(lowest); });
    });
  };
  for (int i = 0; i < workers; ++i) add_worker(Priority::kRest);
  add_worker(Priority::kRetreat);  // for when all others wait, say for a slow Prometheus
  if (election != nullptr) {
    electing = std::jthread([&] { keep_electing(*election, clock, bell, gate, done); });
  }
  tidy_memory_until(stop, watches, clock);
  gate.open();
  writers.clear();  // joins: what the lease guards has ended
  done = true;
  bell.open();
  if (electing.joinable()) electing.join();
  if (election != nullptr) election->release();
  threads.clear();
  controller.set_wake(nullptr);
}

}  // namespace freshet
