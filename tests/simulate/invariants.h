// Invariants as named checks (invariants.md) of what the controller writes: S1 to S10, S13 to S19.
// They know the world as it is, not as the controller sees it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "controller/model/core.h"
#include "controller/model/observation.h"
#include "controller/planner/permission.h"
#include "tests/simulate/people.h"
#include "tests/simulate/told.h"
#include "tests/simulate/wire.h"

namespace freshet::simulate {

struct Violation {
  std::string invariant;  // "S2 Ready"
  std::string what;       // a sentence
  TimePoint at{};
};

// What came of the tests of one Revision.
struct Tested {
  int answers = 0;  // good ones
  bool task = false;
};

// What one Revision was and is.
struct RevisionFacts {
  Uid uid;
  std::optional<Digest> runs;
  std::vector<std::pair<TimePoint, bool>> ready;  // since when it was, or was not
  std::optional<TimePoint> gone;
  Tested tested;
  TimePoint made{};  // last: deleted, and made anew under its name, it is another
  Tested tested_before;
};

struct KnownRejection {
  Rejection rejection;
  TimePoint since{};
};

// One Service, followed from write to write.
struct Followed {
  int number = 0;
  std::optional<Core> core;         // as our replicas wrote it last
  std::optional<TimePoint> raised;  // when its candidate last got a larger share
  std::map<std::string, sandbox::Served> served_before;  // then, by Revision
  std::vector<KnownRejection> rejected;                  // newest last
  std::optional<TimePoint> verdict;  // to roll back, while users still meet the candidate
  std::optional<TimePoint> metrics;  // when the writer last read Prometheus
  Traffic traffic;                   // in spec, before the write under way
  std::set<TrafficTag> others;       // tags in it that are not ours
  bool has_core = false;             // before the write under way, as written last
  bool sets_traffic = false;         // by the write under way; else what people wrote stands
};

// One write of a Service that has arrived.
struct ServiceWritten {
  const Followed& before;
  const ServiceView& after;
  const std::optional<Core>& core;  // in `after`
  TimePoint now{};
  TimePoint knows{};           // up to then the writer has been told of Revisions
  TimePoint knows_policies{};  // likewise
  TimePoint looked{};          // when its present passes began
};

// All policies there were from then on.
struct PoliciesSince {
  TimePoint since{};
  std::map<std::string, Policy> policies;
};

// Far more often than stable's, with many requests to both.
inline constexpr double kPlainlyFailing = 0.25;  // of requests
bool fails_its_users(const sandbox::Served& canary, const sandbox::Served& stable);
// More of its requests than not, where stable answers all of its own.
bool hangs(const sandbox::Served& canary, const sandbox::Served& stable);

class Invariants {
 public:
  Invariants(sandbox::World& world, const People& people);

  // Any object changed, by whomever.
  void on_change(const sandbox::Kind& kind, const sandbox::Change& change);
  // One of our replicas is about to send a write; `metrics` is when it last read Prometheus, its
  // passes began at `looked`.
  void on_request(const HttpRequest& request, const std::string& as,
                  std::optional<TimePoint> metrics, TimePoint looked);
  // One of our replicas has written a Service; its passes began at `looked`.
  void on_written(const Json& service, const Told& told, TimePoint looked);
  // At the end: of all writes that were sent, in a story with so many events.
  void check_writes(std::int64_t all, std::size_t events);
  // A test of this Revision was answered well.
  void note_gate_passed(const std::string& revision) { ++revisions_[revision].tested.answers; }
  void fail(std::string_view invariant, std::string what);

  const std::vector<Violation>& violations() const { return violations_; }
  std::int64_t rollouts() const { return rollouts_; }
  std::int64_t writes() const { return writes_; }                      // of Services
  const std::vector<Duration>& retreats() const { return retreats_; }  // verdict to 0 %
  const Followed& of(int service) const { return services_[static_cast<std::size_t>(service)]; }
  const RevisionFacts* find(const RevisionName& revision) const;
  bool serves_alone(int service, const RevisionName& revision) const;  // as users meet it
  // What users have got of it since its candidate last got a larger share.
  sandbox::Served served_in_step(int service, const RevisionName& revision) const;
  // What the cores of all tracked Services say now, by number of the service; of those that can be
  // read.
  std::map<int, Core> cores() const;
  // Whether status still says that a tag of this service named the digest once.
  bool is_remembered(int service, const Digest& digest) const;
  const People& people() const { return people_; }
  // In their order; the first were before the story.
  const std::vector<PoliciesSince>& policies() const { return policies_; }
  bool is_approved(int service, const std::string& rollout) const {
    return approved_.contains({service_key(service).name, rollout});
  }

 private:
  Followed* find_service(const std::string& name);
  static void forget(Followed& followed);
  void follow(Followed& followed, const ServiceWritten& write);
  static void note_verdict(Followed& followed, const Json& patch, TimePoint looked);
  void note_traffic(Followed& followed) const;
  void note_programmed(Followed& followed);
  void on_revision(const sandbox::Change& change);
  void on_task_run(const sandbox::Change& change);
  void on_policy(const sandbox::Kind& kind, const sandbox::Change& change);

  sandbox::World& world_;
  const People& people_;
  std::vector<Followed> services_;
  std::map<std::string, RevisionFacts> revisions_;  // by name
  std::vector<PoliciesSince> policies_ = {{}};
  std::set<std::pair<std::string, std::string>> approved_;  // TrackedService, rollout
  std::vector<Violation> violations_;
  std::int64_t rollouts_ = 0;
  std::int64_t writes_ = 0;
  std::vector<Duration> retreats_;
};

// The checks by name; each says what is wrong, or "".
struct Check {
  std::string_view name;
  std::string (*find)(const Invariants& world, const ServiceWritten& write);
};
const std::vector<Check>& write_checks();

}  // namespace freshet::simulate
