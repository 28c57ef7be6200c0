// Drives a Poller over a transport that answers at once: everything due now, to its end.
#pragma once

#include <algorithm>
#include <deque>
#include <vector>

#include "controller/registry/poller.h"

namespace freshet {

// Whose observation changed. `most_in_flight`: null, or raised to the most checks at one time.
inline std::vector<PollKey> run_checks(Poller& poller, HttpTransport& transport, TimePoint now,
                                       std::size_t* most_in_flight = nullptr) {
  std::vector<PollKey> changed;
  std::deque<PollRequest> waiting;
  const auto take = [&](const PollStep& step) {
    waiting.insert(waiting.end(), step.requests.begin(), step.requests.end());
    changed.insert(changed.end(), step.changed.begin(), step.changed.end());
    if (most_in_flight) *most_in_flight = std::max(*most_in_flight, poller.in_flight());
  };
  for (take(poller.start_due(now)); !waiting.empty(); take(poller.start_due(now))) {
    const PollRequest next = waiting.front();
    waiting.pop_front();
    take(poller.fold(next.id, transport.send(next.request), now));
  }
  return changed;
}

}  // namespace freshet
