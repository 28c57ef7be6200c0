// Users: seeded traffic for each Service, split by what is programmed, counted by the pods that get
// it. Worked out lazily: a Service that nobody asks about costs nothing.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "controller/model/names.h"
#include "controller/sandbox/activator_counters.h"
#include "controller/sandbox/counters.h"

namespace freshet::sandbox {

// What users got. "Bad": answered 5xx, also where no pod was there to answer. "Lost": no answer, as
// many as are to be expected.
struct Served {
  std::int64_t good = 0;
  std::int64_t bad = 0;
  double lost = 0;
  bool operator==(const Served&) const = default;
  friend Served operator-(const Served& all, const Served& before) {
    return {all.good - before.good, all.bad - before.bad, all.lost - before.lost};
  }
};

struct PodIdentity {
  ServiceKey service;
  std::string revision;
  std::string name;
  bool operator==(const PodIdentity&) const = default;
};

using Program = std::map<std::string, int>;  // Revision → percent; only those above 0

class Users {
 public:
  Users(std::uint64_t seed, Duration scrape_every) : seed_(seed), scrape_every_(scrape_every) {}

  void set_rate(const ServiceKey& service, double per_second, TimePoint now);
  void set_program(const ServiceKey& service, const Program& program, TimePoint now);
  void add_pod(const PodIdentity& pod, const ImageBehaviour& behaviour, TimePoint now);
  void set_ready(const PodIdentity& pod, bool is_ready, TimePoint now);
  void set_error_rate(const PodIdentity& pod, double rate, TimePoint now);
  void restart(const PodIdentity& pod, TimePoint now);
  void restart_all(const ServiceKey& service, TimePoint now);
  void remove_pod(const PodIdentity& pod, TimePoint now);  // what was scraped stays for a while
  // Its users stay, for whatever is deployed next under its name.
  void remove_service(const ServiceKey& service, TimePoint now);

  Program program(const ServiceKey& service) const;
  std::map<std::string, Served> served(const ServiceKey& service, TimePoint now);

  struct Pod {
    PodIdentity identity;
    PodCounters counters;
    double answered = 1;  // share of its requests that it finishes
    bool is_ready = false;
    bool is_gone = false;
  };
  // Those of the Services and Revisions that `wanted` takes, with scrapes up to `now`.
  template <class Wanted, class Visit>
  void visit_pods(TimePoint now, const Wanted& wanted, const Visit& visit) {
    for (auto& [service, crowd] : crowds_) {
      if (!is_wanted(service, crowd, wanted)) continue;
      settle(crowd, now);
      for (const auto& [name, pod] : crowd.pods) {
        if (wanted(pod.identity.revision)) visit(pod);
      }
    }
  }

  // The same for what each activator counted, by Revision.
  template <class Wanted, class Visit>
  void visit_activators(TimePoint now, const Wanted& wanted, const Visit& visit) {
    for (auto& [service, crowd] : crowds_) {
      if (!is_wanted(service, crowd, wanted)) continue;
      settle(crowd, now);
      for (const auto& [revision, activators] : crowd.activators) {
        if (!wanted(revision)) continue;
        activators.visit([&, &of = revision](const std::string& name, const auto& counters) {
          visit(name, service, of, counters);
        });
      }
    }
  }

 private:
  struct Crowd {
    explicit Crowd(std::uint64_t seed) : dice(seed) {}
    Dice dice;
    double rate = 0;
    TimePoint reached{};
    Program program;
    std::map<std::string, Pod> pods;  // by name
    // By Revision: no pod was there, or gave an answer; and gone pods'.
    std::map<std::string, Served> unserved;
    std::map<std::string, Activators> activators;  // by Revision
  };
  // Requests are counted for Revisions with pods, and for those that are programmed without any.
  template <class Wanted>
  static bool is_wanted(const ServiceKey& service, const Crowd& crowd, const Wanted& wanted) {
    const auto has = [&](const auto& entry) { return wanted(entry.first); };
    return wanted(service) &&
           (std::ranges::any_of(crowd.program, has) || std::ranges::any_of(crowd.activators, has) ||
            std::ranges::any_of(crowd.pods, [&](const auto& entry) {
              return wanted(entry.second.identity.revision);
            }));
  }

  Crowd& crowd(const ServiceKey& service, TimePoint now);
  void settle(Crowd& crowd, TimePoint now) const;
  void settle_at_once(Crowd& crowd, TimePoint now) const;
  static void forget_old_pods(Crowd& crowd, TimePoint now);

  std::uint64_t seed_;
  Duration scrape_every_;
  std::map<ServiceKey, Crowd> crowds_;
};

}  // namespace freshet::sandbox
