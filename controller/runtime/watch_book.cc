// What is known of the watches themselves.
#include "controller/runtime/watch_book.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace freshet {

namespace {

std::string name_of(Kind kind) {
  switch (kind) {
    case Kind::kTrackedService: return "TrackedService";
    case Kind::kService: return "Service";
    case Kind::kRevision: return "Revision";
  }
  return "";
}

bool may_pass_by_itself(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kTransient:
    case ErrorKind::kTimeout:
    case ErrorKind::kRateLimited:
    case ErrorKind::kConflict:
    case ErrorKind::kGone: return true;
    case ErrorKind::kPermanent:
    case ErrorKind::kBadInput:
    case ErrorKind::kNotFound:
    case ErrorKind::kUnauthorized:
    case ErrorKind::kForbidden:
    case ErrorKind::kRefused: return false;
  }
  return false;
}

}  // namespace

void WatchBook::expect(Kind kind, const std::string& name_space) {
  const std::lock_guard lock(mutex_);
  unread_[name_space].insert(kind);
  metrics_.set_watch_failing(name_of(kind), name_space, false);
}

bool WatchBook::listed(Kind kind, const std::string& name_space) {
  const std::lock_guard lock(mutex_);
  Health& health = health_[{kind, name_space}];
  health.heard = clock_.monotonic();
  const bool was_deaf = !std::exchange(health.deaf, {}).empty();
  const auto found = unread_.find(name_space);
  if (found == unread_.end()) return was_deaf;
  found->second.erase(kind);
  if (!found->second.empty()) return was_deaf;
  unread_.erase(found);
  return true;
}

bool WatchBook::is_read(const std::string& name_space) const {
  const std::lock_guard lock(mutex_);
  return unread_.empty() || (!unread_.contains("") && !unread_.contains(name_space));
}

bool WatchBook::note(Kind kind, const std::string& name_space, const Error* error) {
  const std::lock_guard lock(mutex_);
  Health& health = health_[{kind, name_space}];
  const std::string where = name_space.empty() ? "all namespaces" : name_space;
  if (error == nullptr) {
    const Health before = std::exchange(health, {});
    if (!before.is_told) return !before.deaf.empty();
    metrics_.set_watch_failing(name_of(kind), name_space, false);
    log_({LogLevel::kInfo, "WatchGoesOn", {{"kind", name_of(kind)}, {"namespace", where}}});
    return !before.deaf.empty();
  }
  const Duration now = clock_.monotonic();
  if (!health.fails_since) health.fails_since = now;
  const Duration failing = now - *health.fails_since;
  const Duration deaf_for = now - std::max(*health.fails_since, health.heard);
  if (deaf_for >= kDeafAfter && health.deaf.empty()) health.deaf = error->message;
  const bool waits = may_pass_by_itself(*error) && failing < kTellFailingWatchAfter;
  if (waits || std::exchange(health.is_told, true)) return false;
  metrics_.set_watch_failing(name_of(kind), name_space, true);
  log_({LogLevel::kWarning,
        "WatchFails",
        {{"kind", name_of(kind)}, {"namespace", where}, {"reason", error->message}}});
  return false;
}

std::string WatchBook::unheard(const std::string& name_space) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [watch, health] : health_) {
    const auto& [kind, within] = watch;
    if (health.deaf.empty() || (!within.empty() && within != name_space)) continue;
    return "nothing starts or advances while a change of a " + name_of(kind) +
           " would not be heard: " + printable(health.deaf);
  }
  return "";
}

}  // namespace freshet
