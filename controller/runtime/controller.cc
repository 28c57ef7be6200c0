// One pass over one service: gather → judge → step → execute.
#include "controller/runtime/controller.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/relapse.h"
#include "controller/knative/views.h"
#include "controller/planner/planner.h"
#include "controller/runtime/execute.h"
#include "controller/runtime/follow.h"
#include "controller/runtime/gather.h"
#include "controller/runtime/paths.h"
#include "controller/runtime/revision_status.h"
#include "controller/runtime/status.h"
#include "controller/runtime/urgency.h"

namespace freshet {

Controller::Controller(ControllerOptions options, Connections connections, const Clock& clock,
                       Metrics& metrics, Log log)
    : options_(std::move(options)),
      connections_(std::move(connections)),
      clock_(clock),
      metrics_(metrics),
      log_(std::move(log)),
      book_(clock, metrics, log_),
      fleet_(options_.fleet),
      cache_([this](const auto&... core) { fleet_.on_core(core...); },
             [this](const auto& tags) { fleet_.learn(tags); }),
      credentials_({connections_.kube, connections_.docker_config, connections_.ask_helper}, clock),
      nodes_(connections_.kube, clock),
      tags_(options_, connections_.registry, credentials_, metrics, clock),
      policies_(clock),
      judging_(options_, connections_.prometheus),
      gates_(connections_.gates, clock) {}

void Controller::enqueue(const std::vector<ServiceKey>& keys, TimePoint at) {
  if (keys.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    for (const ServiceKey& key : keys) {
      if (!book_.is_read(key.name_space)) continue;
      queue_.set_priority(key, std::min(queue_.priority(key), cache_.priority(key)));
      queue_.add(key, at);
    }
    metrics_.set_queue_depth(queue_.size());
  }
  if (wake_) wake_();
}

void Controller::on_event(Kind kind, const std::string& name_space, const WatchEvent& event) {
  if (kind == Kind::kTrackedService && hearing_.tracked) hearing_.tracked(name_space, event);
  switch (event.type) {
    case WatchEvent::Type::kListed:
    case WatchEvent::Type::kRestarted:
      for (const JsonPtr& item : event.items) {
        enqueue(cache_.put_listed(kind, *item, known_until(event)), clock_.now());
      }
      if (event.type == WatchEvent::Type::kListed) break;
      enqueue(cache_.keep_only(kind, name_space, event.present), clock_.now());
      if (book_.listed(kind, name_space)) reach({{name_space, Policy{}}});
      break;
    case WatchEvent::Type::kAdded:
    case WatchEvent::Type::kModified: enqueue(cache_.put(kind, *event.object), clock_.now()); break;
    case WatchEvent::Type::kDeleted:
      enqueue(cache_.remove(kind, *event.object), clock_.now());
      break;
    case WatchEvent::Type::kBookmark: break;
  }
  wake_ready();
}

void Controller::check_registries(Duration at_most) {
  enqueue(tags_.check(at_most, connections_.kube.clock_offset()), clock_.now());
}

std::optional<TimePoint> Controller::next_pass(Priority lowest) const {
  const std::lock_guard lock(mutex_);
  return queue_.next_due(lowest);
}

std::optional<TimePoint> Controller::next_due() const {
  std::optional<TimePoint> next;
  for (const auto& due :
       {tags_.next_due(), gates_.next_due(), next_reading(), next_pass(), next_delivery()}) {
    if (due) next = std::min(next.value_or(TimePoint::max()), *due);
  }
  return next;
}

Notes& Controller::notes_of(const ServiceKey& key, const CachedTracked& tracked) {
  const std::lock_guard lock(mutex_);
  auto& notes = notes_[key];
  if (!notes || notes->tracked_uid != tracked.object.uid) {
    notes = std::make_unique<Notes>(notes_from_status(cache_.take_status(key)));
    notes->tracked_uid = tracked.object.uid;
  }
  return *notes;
}

Status Controller::read_before_first_pass(const ServiceKey& key) {
  if (!options_.follows_another || !cache_.tracked(key)) return {};
  {
    const std::lock_guard lock(mutex_);
    if (notes_.contains(key)) return {};
  }
  const auto live = connections_.kube.get(tracked_service_path(key));
  if (!live) return with_context("reading TrackedService " + to_string(key), live.error());
  cache_.put(Kind::kTrackedService, live->body);
  return {};
}

void Controller::forget(const ServiceKey& key) {
  tags_.follow(key, {}, Duration{0});
  metrics_.remove_service(key);
  fleet_.settle(key, false);
  wake_ready();
  gates_.ask(key, std::nullopt);
  const std::lock_guard lock(mutex_);
  notes_.erase(key);
}

bool Controller::reconcile_one(Priority lowest) {
  const TimePoint now = clock_.now();
  std::optional<ServiceKey> key;
  {
    const std::lock_guard lock(mutex_);
    key = queue_.take(now, lowest);
  }
  if (!key) return false;
  const Status read = read_before_first_pass(*key);
  const auto tracked = cache_.tracked(*key);
  if (!tracked) {
    forget(*key);
    const std::lock_guard lock(mutex_);
    queue_.set_priority(*key, Priority::kRest);
    queue_.done(*key, std::nullopt);
    return true;
  }
  if (!read) {
    log_({LogLevel::kWarning,
          "Trouble",
          {{"service", to_string(*key)}, {"reason", read.error().message}}});
    const std::lock_guard lock(mutex_);
    queue_.failed(*key, clock_.now());
    return true;
  }
  const Duration started = clock_.monotonic();
  Notes& notes = notes_of(*key, *tracked);
  const auto [next, priority, trouble, blind] = pass(*key, *tracked, notes);
  metrics_.observe_reconcile(to_seconds(clock_.monotonic() - started));
  if (!trouble.empty() && trouble != notes.trouble) {
    log_({LogLevel::kWarning, "Trouble", {{"service", to_string(*key)}, {"reason", trouble}}});
  }
  if (trouble.empty() && !blind.empty() && blind != notes.trouble) {
    log_({LogLevel::kWarning, "StaleMetrics", {{"service", to_string(*key)}, {"reason", blind}}});
  }
  notes.trouble = trouble.empty() ? blind : trouble;
  const std::lock_guard lock(mutex_);
  queue_.set_priority(*key, std::min(priority, cache_.priority(*key)));
  if (trouble.empty()) {
    queue_.done(*key, std::min(next.value_or(TimePoint::max()), now + options_.resync));
  } else {
    queue_.failed(*key, clock_.now());
  }
  return true;
}

Observation Controller::gather(const CachedTracked& tracked, Notes& notes, TimePoint now) {
  const ServiceKey key{tracked.object.name_space, tracked.object.spec.service};
  Observation seen = assemble(tracked, cache_.service(key), cache_.revisions(key), notes);
  if (!seen.image_problem.empty() || !seen.service) {
    tags_.follow({tracked.object.name_space, tracked.object.name}, {}, Duration{0});
  } else {
    tags_.follow({tracked.object.name_space, tracked.object.name}, seen.images,
                 seen.tracked.spec.poll.every);
    tags_.fill({tracked.object.name_space, tracked.object.name}, seen.images,
               {nodes_.asked(), nodes_.platforms(), options_.max_image_bytes, now});
  }
  const ServiceKey follower{tracked.object.name_space, tracked.object.name};
  seen.gate_attempt = gates_.ended(follower);
  keep_rollback(seen, notes);
  seen.proven_commands = proven_commands(seen.tracked, options_.order_key, now);
  return seen;
}

Controller::Outlook Controller::pass(const ServiceKey& key, const CachedTracked& tracked,
                                     Notes& notes) {
  Outlook out;
  // One offset for the whole pass: what is due is due by the clock that it was decided by.
  const bool is_blind = relapsed(Relapse::kWallClock);
  const Duration offset = is_blind ? Duration{0} : connections_.kube.clock_offset();
  const TimePoint now = clock_.now() + offset;  // by the API server's clock
  Observation seen = gather(tracked, notes, now);
  const std::string oldest = cache_.oldest_tracker(tracked.service());
  if (std::string conflict = older_tracker(tracked.object, oldest); !conflict.empty()) {
    // The Service's transitions are the other's to tell.
    if (const auto* core = std::get_if<Core>(&seen.core)) notes.told_seq = core->seq;
    notes.is_unknown = false;
    Transition refused = refuse(seen, "Conflict", conflict);
    refuse_commands(seen, now, conflict, refused);
    notes.memo = refused.memo;
    settle(key, seen, refused, notes, now, out.trouble);
    return out;
  }
  if (const auto problem = cache_.problem(tracked.service()); !seen.service && !problem.empty()) {
    notes.is_unknown = false;
    const Transition refused =
        refuse(seen, "ServiceUnreadable",
               "Service " + tracked.object.spec.service + " cannot be read: " + problem);
    settle(key, seen, refused, notes, now, out.trouble);
    return out;
  }
  if (!owes_retreat(seen, now)) out.blind = look(seen, notes, now);
  Transition transition = decide_and_write(seen, notes, now, out.trouble);
  notes.memo = transition.memo;
  const bool is_told = out.trouble.empty() && ask_gate(key, transition.gate, now, offset);
  cancel_runs(seen, transition, notes);
  settle(key, seen, transition, notes, now, out.trouble);
  out.next = is_told ? now : transition.wake_at;
  const bool active = transition.core && active_rollout(transition.core->phase) != nullptr;
  if (active) {
    out.next = std::min(out.next.value_or(TimePoint::max()), now + options_.analysis_interval);
  }
  if (out.next) *out.next -= offset;
  out.priority = priority_of(transition.core);
  if (!out.trouble.empty() && owes_retreat(seen, now)) out.priority = Priority::kRetreat;
  return out;
}

// What can be repeated safely, after the write: finalizer, status, answered commands, Events.
void Controller::settle(const ServiceKey& key, const Observation& seen,
                        const Transition& transition, Notes& notes, TimePoint now,
                        std::string& trouble) {
  if (notes.is_unknown) fleet_.keep(key);  // what has begun
  settle_turn(key, seen, transition, now);
  const auto note = [&trouble](const Status& status) {
    if (!status && trouble.empty()) trouble = status.error().message;
    return status.has_value();
  };
  note(execute_finalizer(connections_.kube, seen.tracked, transition.finalizer));
  TrackedServiceStatus status = build_status(seen, transition, notes, notes.written, now);
  const auto occasions = occasions_of(seen, transition, notes, now);
  status.undelivered = hand_over(key, seen, occasions, status, notes);
  if (relapsed(Relapse::kHotLoop)) status.message += " at " + format_rfc3339(now);
  const bool is_told = status == notes.written && !notes.untold_core;
  const bool told = is_told || note(write_status(connections_.kube, key, status));
  if (!told) {
    notes.untold_core = status.core;
    notes.written.tags = status.tags;
  } else {
    notes.untold_core.reset();
    if (const auto lag = ended_exposure(notes.written, status)) metrics_.observe_exposure(*lag);
    notes.written = std::move(status);
    // The answer stands in status before the question goes.
    note(remove_commands(connections_.kube, seen.tracked, transition.remove_annotations));
  }
  metrics_.set_service(key, {notes.written.phase, notes.written.percent,
                             notes.written.image_created, notes.written.behind_since});
  tell(key, seen, occasions, now);
  if (transition.core) notes.told_seq = transition.core->seq;
  notes.told_holds = transition.explanation.holds;
}

}  // namespace freshet
