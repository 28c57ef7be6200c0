// Rounds: start what is due, ask what runs, send together, fold the replies.
#include "controller/registry/poller.h"

#include <algorithm>

#include "base/overloaded.h"
#include "controller/registry/schedule.h"

namespace freshet {
namespace {

std::string phase_name(const PollKey& key) { return key.reference + "|" + key.identity; }

// What a follower would want to know; not that it was looked at again.
bool tells_the_same(const TagObservation& a, const TagObservation& b) {
  return a.confirmed == b.confirmed && a.last_error == b.last_error &&
         a.consecutive_not_found == b.consecutive_not_found;
}

}  // namespace

PollKey poll_key(const ImageReference& reference, const std::string& identity) {
  ImageReference by_tag = reference;
  by_tag.digest.reset();
  return {to_string(by_tag), identity};
}

void Poller::set_followed(const std::vector<Followed>& followed, TimePoint now) {
  std::map<PollKey, Entry> next;
  for (const auto& wish : followed) {
    Entry entry;
    entry.followed = wish;
    entry.followed.reference.digest.reset();
    entry.due = now;
    const auto [place, is_new] =
        next.emplace(poll_key(wish.reference, wish.credential.identity), std::move(entry));
    if (!is_new) {
      auto& every = place->second.followed.every;
      every = std::min(every, wish.every);
    }
  }
  for (auto& [key, entry] : next) {
    const auto before = entries_.find(key);
    if (before == entries_.end()) continue;
    const Followed wanted = entry.followed;
    entry = std::move(before->second);
    if (entry.followed.credential != wanted.credential) {
      entry.due = std::max(now, entry.not_before);
      entry.failures = 0;
    } else if (entry.followed.every != wanted.every) {
      entry.due = std::min(entry.due, next_regular(phase_name(key), wanted.every, now));
    }
    entry.followed = wanted;
  }
  entries_ = std::move(next);
  std::erase_if(budgets_, [&](const auto& budget) {
    return std::ranges::none_of(entries_, [&](const auto& entry) {
      return entry.second.followed.reference.registry == budget.first;
    });
  });
}

std::vector<PollKey> Poller::run_due(HttpTransport& transport, const NowFunction& now) {
  std::vector<PollKey> changed;
  std::vector<PollKey> waiting = due_keys(now());
  std::vector<Running> running;
  for (;;) {
    start(waiting, running, now());
    if (running.empty()) break;
    auto requests = next_requests(running, changed, now());
    if (requests.empty()) continue;  // all of them ended; others may start
    const auto replies = transport.send_all(std::move(requests));
    const auto received = now();
    for (std::size_t i = 0; i < running.size() && i < replies.size(); ++i) {
      running[i].resolution.fold(replies[i], memory_, received);
    }
  }
  return changed;
}

// The longest overdue first.
std::vector<PollKey> Poller::due_keys(TimePoint now) const {
  std::vector<PollKey> keys;
  for (const auto& [key, entry] : entries_) {
    if (entry.due <= now) keys.push_back(key);
  }
  std::ranges::stable_sort(keys, {}, [&](const PollKey& key) { return entries_.at(key).due; });
  return keys;
}

void Poller::start(std::vector<PollKey>& waiting, std::vector<Running>& running, TimePoint now) {
  std::vector<PollKey> still_waiting;
  for (auto& key : waiting) {
    const Entry& entry = entries_.at(key);
    auto& budget = budgets_[entry.followed.reference.registry];
    if (!budget.may_start(now)) {
      still_waiting.push_back(std::move(key));
      continue;
    }
    budget.started();
    const auto& observation = entry.observation;
    LastSeen last{observation.etag, std::nullopt};
    if (observation.confirmed) last.digest = observation.confirmed->digest;
    ResolutionTarget target{entry.followed.reference, entry.followed.credential, std::move(last),
                            entry.confirm_again > 0};
    running.push_back({key, Resolution(std::move(target), options_, memory_, now)});
  }
  waiting = std::move(still_waiting);
}

// One request of each that runs on, in the order of `running`; those that ended leave it.
std::vector<HttpRequest> Poller::next_requests(std::vector<Running>& running,
                                               std::vector<PollKey>& changed, TimePoint now) {
  std::vector<HttpRequest> requests;
  std::vector<Running> still_running;
  for (auto& each : running) {
    auto next = each.resolution.next_request(memory_, now);
    auto& budget = budgets_[entries_.at(each.key).followed.reference.registry];
    if (auto* request = std::get_if<HttpRequest>(&next)) {
      budget.spend(now);
      requests.push_back(std::move(*request));
      still_running.push_back(std::move(each));
      continue;
    }
    budget.ended();
    if (finish(each.key, std::get<ResolutionOutcome>(next), now)) changed.push_back(each.key);
  }
  running = std::move(still_running);
  return requests;
}

bool Poller::finish(const PollKey& key, const ResolutionOutcome& outcome, TimePoint now) {
  Entry& entry = entries_.at(key);
  auto& budget = budgets_[entry.followed.reference.registry];
  TagObservation& seen = entry.observation;
  const TagObservation before = seen;
  seen.last_checked = now;
  const auto done = [&](std::string error) {
    budget.reached();
    entry.failures = 0;
    entry.not_before = {};
    entry.due = next_regular(phase_name(key), entry.followed.every, now);
    seen.last_error = std::move(error);
    seen.unauthorized = false;
  };
  std::visit(overloaded{
                 [&](const SameAsBefore& same) {
                   done("");
                   seen.etag = same.etag;
                   seen.last_success = now;
                   seen.consecutive_not_found = 0;
                 },
                 [&](const Resolved& resolved) {
                   done("");
                   const bool is_new =
                       !seen.confirmed || seen.confirmed->digest != resolved.image.digest;
                   if (is_new) seen.first_seen = now;
                   const int tries = is_new ? kMaxConfirmAgain : entry.confirm_again - 1;
                   entry.confirm_again = resolved.image.may_tell_later ? tries : 0;
                   seen.confirmed = resolved.image;
                   seen.etag = resolved.etag;
                   seen.last_success = now;
                   seen.consecutive_not_found = 0;
                 },
                 [&](const NotFound& missing) {
                   done(missing.message);
                   ++seen.consecutive_not_found;
                 },
                 [&](const RegistryFailure& failure) { finish_failed(entry, key, failure, now); },
             },
             outcome);
  return seen.unauthorized || !tells_the_same(before, seen);
}

void Poller::finish_failed(Entry& entry, const PollKey& key, const RegistryFailure& failure,
                           TimePoint now) {
  budgets_[entry.followed.reference.registry].failed(failure, now);
  ++entry.failures;
  entry.due = next_after_failure(phase_name(key), entry.followed.every, entry.failures,
                                 failure.retry_after, now);
  entry.not_before = failure.retry_after ? now + *failure.retry_after : TimePoint{};
  entry.observation.last_error = sentence(failure);
  entry.observation.unauthorized = failure.kind == RegistryFailureKind::kAuthentication;
}

std::optional<TimePoint> Poller::next_due(TimePoint now) const {
  std::optional<TimePoint> next;
  for (const auto& [key, entry] : entries_) {
    const auto budget = budgets_.find(entry.followed.reference.registry);
    const auto allowed = budget == budgets_.end() ? now : budget->second.may_start_at(now);
    const auto due = std::max(entry.due, allowed);
    if (!next || due < *next) next = due;
  }
  return next;
}

void Poller::hint(const ImageReference& reference, TimePoint now) {
  const auto name = poll_key(reference, "").reference;
  for (auto place = entries_.lower_bound({name, ""});
       place != entries_.end() && place->first.reference == name; ++place) {
    Entry& entry = place->second;
    auto earliest = std::max(now, entry.not_before);
    if (entry.observation.last_checked) {
      earliest = std::max(earliest, *entry.observation.last_checked + kHintSpacing);
    }
    entry.due = std::min(entry.due, earliest);
  }
}

const TagObservation* Poller::find(const PollKey& key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second.observation;
}

std::map<PollKey, TagObservation> Poller::observations() const {
  std::map<PollKey, TagObservation> all;
  for (const auto& [key, entry] : entries_) all.emplace(key, entry.observation);
  return all;
}

}  // namespace freshet
