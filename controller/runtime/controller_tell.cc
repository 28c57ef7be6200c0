// What a pass tells: log, counters, Events, and messages to sinks.
#include <algorithm>

#include "controller/runtime/controller.h"

namespace freshet {

namespace {

constexpr std::size_t kMaxUndelivered = 16;

}  // namespace

void Controller::tell(const ServiceKey& key, const Observation& seen,
                      const std::vector<Occasion>& occasions, TimePoint now) {
  for (const Occasion& occasion : occasions) {
    const Fact& fact = occasion.fact;
    log_(log_line_of(key, fact, occasion.after));
    if (is_outcome(fact.reason)) metrics_.count_rollout(key, fact.reason);
    if (hearing_.fact) hearing_.fact(key, fact, occasion.after, now);
    // An Event that is lost costs nothing that status does not say.
    (void)post_event(connections_.kube, event_of(seen.tracked, fact, occasion.after), now);
  }
}

// Into the queues at once, and into status until every sink has it: who dies meanwhile leaves it to
// the next one. Returns what status is to show.
std::vector<NoticeStatus> Controller::hand_over(const ServiceKey& key, const Observation& seen,
                                                const std::vector<Occasion>& occasions,
                                                const TrackedServiceStatus& status, Notes& notes) {
  Notifications* sinks = connections_.notifications;
  if (sinks == nullptr) return {};
  if (!std::exchange(notes.has_resumed, true)) {
    for (const NoticeStatus& notice : notes.undelivered) sinks->tell({key, notice});
  }
  for (const Occasion& occasion : occasions) {
    NoticeStatus notice = notice_of(seen, occasion, status);
    sinks->tell({key, notice});
    notes.undelivered.push_back(std::move(notice));
  }
  std::erase_if(notes.undelivered,
                [&](const NoticeStatus& notice) { return !sinks->is_under_way(notice.id); });
  if (notes.undelivered.size() > kMaxUndelivered) {
    notes.undelivered.erase(notes.undelivered.begin(), notes.undelivered.end() - kMaxUndelivered);
  }
  return notes.undelivered;
}

bool Controller::deliver(Duration at_most) {
  if (connections_.notifications == nullptr) return false;
  enqueue(connections_.notifications->drive(at_most), clock_.now());
  return true;
}

std::optional<TimePoint> Controller::next_delivery() const {
  if (connections_.notifications == nullptr) return std::nullopt;
  return connections_.notifications->next_due();
}

}  // namespace freshet
