// The loop: whatever is due next happens next.
#include "tests/simulate/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "config/status.h"
#include "controller/knative/views.h"
#include "controller/runtime/paths.h"
#include "tests/simulate/promptness.h"
#include "tests/simulate/replica.h"
#include "tests/simulate/rest.h"
#include "tests/simulate/triggers.h"

namespace freshet::simulate {
namespace {

const TimePoint kStart = from_unix_seconds(1'790'000'000);
constexpr Duration kLongestPeace = hours(5);  // in which everything has to settle
constexpr Duration kPersonLooksEvery = minutes(1);
constexpr Duration kRestIsAskedEvery = seconds(10);
constexpr Duration kStaysAtRest = minutes(3);
constexpr std::int64_t kMostEvents = 2'000'000;  // a loop without end is a violation as well

sandbox::WorldOptions world_options(const Story& story) {
  sandbox::WorldOptions out;
  out.seed = story.seed;
  out.start = kStart;
  out.registry_asks_for_token = story.asks_for_token;
  return out;
}

class Universe {
 public:
  Universe(const Story& story, const RunOptions& options);
  Outcome run();

 private:
  bool is_over() const {
    return outcome_.events >= kMostEvents ||
           (options_.stops_at_violation && !invariants_.violations().empty());
  }
  void run_until(TimePoint until);
  void run_while_settled(bool settled, TimePoint until);
  bool step(TimePoint until);
  void strike(const Event& event);
  void take_due_events();
  void plan_strike();
  void on_exchange(std::size_t replica, const Exchange& exchange);
  void check_liveness();
  bool is_settled();
  Scene scene() { return {world_, people_, invariants_}; }
  int services() const { return static_cast<int>(story_.services.size()); }
  std::string unsettled_now(int service) {
    return unsettled(scene(), service, options_.ends_with_a_push);
  }
  void tell(const std::string& line) const {
    if (options_.tell) options_.tell(world_.now(), line);
  }

  const Story& story_;
  const RunOptions& options_;
  sandbox::World world_;
  Weather weather_;
  People people_;
  Invariants invariants_;
  std::vector<std::unique_ptr<Replica>> replicas_;
  std::vector<Told> told_;             // of each replica
  std::vector<std::size_t> electing_;  // whose requests are under way, if their process goes on
  std::size_t next_ = 0;               // of the story's events
  TimePoint began_{};
  Promptness promptness_;
  Triggers triggers_;
  TimePoint looks_ = TimePoint::max();  // when a person looks for what waits for approval
  Outcome outcome_;
};

Universe::Universe(const Story& story, const RunOptions& options)
    : story_(story),
      options_(options),
      world_(world_options(story)),
      people_(world_, weather_, story),
      invariants_(world_, people_) {
  world_.observe([this](const sandbox::Kind& kind, const sandbox::Change& change) {
    invariants_.on_change(kind, change);
    for (const auto& replica : replicas_) replica->notice(kind.plural);
    for (Told& told : told_) told.note_change(std::string(kind.plural), world_.now());
  });
  people_.set_up();
  began_ = world_.now();
  for (int i = 0; i < story.replicas; ++i) {
    const auto index = static_cast<std::size_t>(i);
    told_.emplace_back(began_);
    Wire::Hooks hooks;
    hooks.pass_time = [this, index](Duration lasting, bool frozen) {
      if (!frozen) electing_.push_back(index);
      run_until(world_.now() + lasting);
      if (!frozen) electing_.pop_back();
      promptness_.disturb(world_.now());
    };
    hooks.on_request = [this, index](const HttpRequest& request, const std::string& as) {
      ++outcome_.all_writes;
      Replica& from = *replicas_[index];
      invariants_.on_request(request, as, metrics_known_to(from, replicas_), from.looked());
    };
    hooks.on_exchange = [this, index](const Exchange& exchange) { on_exchange(index, exchange); };
    hooks.take_lease = [this] {
      give_lease(world_, options_.strike.number % 2 == 0 ? kThief : replicas_.back()->identity());
    };
    Log log = [this, index](const LogLine& line) {
      if (!options_.tell) return;
      std::string text = fmt::format("  r{} {}", index, line.event);
      for (const auto& [name, value] : line.fields) text += fmt::format(" {}={}", name, value);
      tell(text);
    };
    replicas_.push_back(std::make_unique<Replica>(
        world_, weather_, story.replicas == 1 ? "" : fmt::format("replica-{}", i),
        story.seed * 31 + index, story.max_rollouts, std::move(hooks), std::move(log)));
  }
  plan_strike();
}

void Universe::plan_strike() {
  Wire& wire = replicas_.front()->wire();
  const auto& [at_write, late, number] = options_.strike;
  if (at_write) wire.plan(number, *at_write);
  if (late) wire.hold_event(number, *late);
}

void Universe::on_exchange(std::size_t replica, const Exchange& exchange) {
  const bool succeeded = exchange.answer && exchange.answer->status / 100 == 2;
  if (told_[replica].note(exchange, world_.now())) return;
  if (exchange.as == "gate" && succeeded) invariants_.note_gate_passed(exchange.answer->body);
  if (exchange.as == "registry") {
    const std::string wrong = triggers_.on_asked(replica, exchange, world_.now());
    if (!wrong.empty()) invariants_.fail("S11 Triggers", wrong);
  }
  if (exchange.as != "PATCH services") return;
  if (options_.tell) {
    tell(fmt::format("  r{} writes {}: {}", replica,
                     exchange.request.url.substr(exchange.request.url.rfind('/') + 1),
                     succeeded ? "written" : "refused"));
  }
  if (!succeeded) return;
  const auto body = parse_json(exchange.answer->body, kMaxReplyBytes);
  if (body) invariants_.on_written(*body, told_[replica], replicas_[replica]->looked());
}

void Universe::strike(const Event& event) {
  Replica& replica = *replicas_[static_cast<std::size_t>(event.replica) % replicas_.size()];
  tell(describe(event));
  const Group group = kind_of(event.what).group;
  if (group == Group::kKubernetes || group == Group::kReplicas)
    promptness_.disturb(world_.now() + event.lasting);
  if (group != Group::kRegistry) promptness_.trouble(world_.now() + event.lasting);
  if (group == Group::kRegistry) triggers_.begin(people_.image_of(event.service), world_.now());
  switch (event.what) {
    case What::kKill:
      if (!replica.is_alive() || replica.is_busy()) return;
      replica.kill(event.lasting);
      break;
    case What::kKillAtWrite:
      replica.wire().plan(event.value / 3, static_cast<Moment>(event.value % 3));
      return;  // counted when it strikes
    case What::kFreeze: replica.wire().freeze(event.lasting); return;
    case What::kClockJump: replica.set_clock_error(seconds(event.value)); break;
    case What::kStop:
      if (!replica.is_alive() || replica.is_busy()) return;
      replica.stop(event.lasting);
      break;
    case What::kStealLease:
      give_lease(world_, event.value % 2 == 0 ? kThief : replica.identity());
      break;
    default: people_.act(event); break;
  }
  ++outcome_.faults[std::string(kind_of(event.what).name)];
}

void Universe::take_due_events() {
  while (next_ < story_.events.size() && began_ + story_.events[next_].at <= world_.now()) {
    ++outcome_.events;
    strike(story_.events[next_++]);
  }
  people_.act_on_what_is_due();
  const std::string late = promptness_.late(scene(), services());
  if (!late.empty()) invariants_.fail("L3 Retreat", late);
  if (looks_ <= world_.now()) {
    people_.look_around();
    looks_ = world_.now() + kPersonLooksEvery;
  }
}

// False: nothing more happens until then.
bool Universe::step(TimePoint until) {
  TimePoint next = std::min(until, looks_);
  if (next_ < story_.events.size()) next = std::min(next, began_ + story_.events[next_].at);
  if (const auto due = people_.due()) next = std::min(next, *due);
  if (const auto event = world_.next_event()) next = std::min(next, *event);
  for (const auto& replica : replicas_) next = std::min(next, replica->due());
  next = std::max(std::min(next, triggers_.due()), world_.now());
  world_.advance_to(next);
  ++outcome_.events;
  take_due_events();
  for (const std::size_t waiting : electing_) replicas_[waiting]->keep_electing();
  for (const auto& replica : replicas_) {
    if (triggers_.due() <= world_.now()) triggers_.send(world_.now(), *replica);
    if (replica->due() <= world_.now()) replica->run();
    if (const std::string why = replica->take_crash(); !why.empty()) {
      invariants_.fail("S12 Lives", "our process ends by itself: " + why);
    }
    if (!replica->is_alive()) promptness_.disturb(world_.now());
  }
  return world_.now() < until;
}

void Universe::run_until(TimePoint until) {
  while (world_.now() < until && !is_over()) step(until);
}

bool Universe::is_settled() {
  for (int i = 0; i < services(); ++i) {
    if (!unsettled_now(i).empty()) return false;
  }
  return true;
}

void Universe::run_while_settled(bool settled, TimePoint until) {
  while (world_.now() < until && !is_over() && is_settled() == settled) {
    run_until(std::min(until, world_.now() + kRestIsAskedEvery));
  }
}

// The faults are over: everything must come to rest, with the newest good build in production.
void Universe::check_liveness() {
  people_.go_home(options_.ends_with_a_push);
  tell("the faults are over");
  for (const auto& replica : replicas_) {
    replica->set_clock_error(Duration{0});
    replica->wire().calm();
  }
  looks_ = world_.now() + kPersonLooksEvery;
  const TimePoint began = world_.now();
  const TimePoint until = began + kLongestPeace;
  run_while_settled(false, until);
  outcome_.rest = world_.now() - began;
  const TimePoint rests = world_.now() + (options_.ends_with_a_push ? kStaysAtRest : Duration{0});
  run_while_settled(true, rests);
  if (is_over()) return;
  for (int i = 0; i < services(); ++i) {
    if (const std::string what = unsettled_now(i); !what.empty()) {
      const auto object = world_.read(tracked_service_path(service_key(i)));
      const std::string message =
          object ? string_or(at_path(*object, {"status"}), "message") : "no TrackedService";
      invariants_.fail("L1 Comes to rest",
                       fmt::format("{} {}, {} after the last fault: {}", to_string(service_key(i)),
                                   what, format_duration(world_.now() - began), message));
    }
  }
}

Outcome Universe::run() {
  run_until(began_ + story_.length);
  if (!is_over()) check_liveness();
  outcome_.simulated = world_.now() - kStart;
  outcome_.rollouts = invariants_.rollouts();
  outcome_.writes = invariants_.writes();
  outcome_.retreats = invariants_.retreats();
  if (outcome_.events >= kMostEvents) invariants_.fail("L4 Writes", "a loop without end");
  invariants_.check_writes(outcome_.all_writes, story_.events.size());
  outcome_.violations = invariants_.violations();
  for (const auto& replica : replicas_) {
    outcome_.events += replica->wire().exchanges();
    outcome_.watch_events += replica->wire().watch_events();
    for (const auto& [kind, times] : replica->wire().faults()) outcome_.faults[kind] += times;
  }
  for (int i = 0; i < services(); ++i) {
    outcome_.end += fmt::format("{}: {}\n", to_string(service_key(i)), end_of(scene(), i));
  }
  return std::move(outcome_);
}

}  // namespace

Outcome run_story(const Story& story, const RunOptions& options) {
  return Universe(story, options).run();
}

}  // namespace freshet::simulate
