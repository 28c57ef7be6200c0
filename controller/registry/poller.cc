// Start what is due, fold replies, ask again or finish; each registry by itself.
#include "controller/registry/poller.h"

#include <algorithm>
#include <utility>

#include "base/overloaded.h"
#include "controller/registry/schedule.h"

namespace freshet {
namespace {

std::string phase_name(const PollKey& key) { return key.reference + "|" + key.identity; }

// What a follower would want to know besides the image; not that it was looked at again.
struct Told {
  bool ever_well = false;
  std::optional<ImageTag> chosen;
  std::string error;
  int not_found = 0;
  bool operator==(const Told&) const = default;
};
Told told_by(const TagObservation& seen) {
  return {seen.last_success.has_value(), seen.chosen, seen.last_error, seen.consecutive_not_found};
}

std::string_view outcome_name(const ResolutionOutcome& outcome) {
  return std::visit(overloaded{
                        [](const SameAsBefore&) { return std::string_view("same"); },
                        [](const Resolved&) { return std::string_view("confirmed"); },
                        [](const NotFound&) { return to_string(RegistryFailureKind::kNotFound); },
                        [](const RegistryFailure& failure) { return to_string(failure.kind); },
                    },
                    outcome);
}

}  // namespace

PollKey poll_key(const ImageReference& reference, const std::string& identity,
                 const std::optional<FollowSpec>& follow) {
  return {followed_name(reference, follow), identity};
}

void Poller::set_followed(const std::vector<Followed>& followed, TimePoint now) {
  std::map<PollKey, Entry> next;
  for (const auto& wish : followed) {
    Entry entry;
    entry.followed = wish;
    entry.followed.reference.digest.reset();
    entry.due = now;
    const auto [place, is_new] = next.emplace(
        poll_key(wish.reference, wish.credential.identity, wish.follow), std::move(entry));
    if (!is_new) {
      Followed& both = place->second.followed;
      both.every = std::min(both.every, wish.every);
      both.known = std::make_shared<const KnownTag>(known_to_both(
          both.known ? *both.known : KnownTag{}, wish.known ? *wish.known : KnownTag{}));
      both.reads_bases |= wish.reads_bases;
    }
  }
  for (auto& [key, entry] : next) {
    const auto before = entries_.find(key);
    if (before == entries_.end()) {
      recall(entry);
      if (lacks_application(entry)) entry.confirm_again = 1;
      continue;
    }
    Followed wanted = std::move(entry.followed);
    entry = std::move(before->second);
    if (entry.followed.credential != wanted.credential) {
      entry.due = std::max(now, entry.not_before);
      entry.failures = 0;
      entry.check = 0;
    } else if (entry.followed.every != wanted.every) {
      entry.due = std::min(entry.due, next_regular(phase_name(key), wanted.every, now));
    }
    const auto& known = entry.observation.confirmed;
    const bool by_all = wanted.known && wanted.known->confirmed;
    const bool is_unread = known && known->remembered && !by_all;  // by who is new
    const bool is_asked_for = wanted.reads_bases && !entry.followed.reads_bases;
    wanted.known.reset();  // was of use for the first check
    entry.followed = std::move(wanted);
    if (is_unread || (is_asked_for && lacks_application(entry))) {
      entry.confirm_again = 1;
      entry.due = std::max(now, entry.not_before);
    }
  }
  entries_ = std::move(next);
  index_entries();
}

// It was confirmed before anybody asked for it.
bool Poller::lacks_application(const Entry& entry) {
  const auto& known = entry.observation.confirmed;
  return entry.followed.reads_bases && known && known->application == ImageApplication{};
}

void Poller::recall(Entry& entry) {
  if (!entry.followed.known) return;
  entry.observation.confirmed = entry.followed.known->confirmed;
  for (const TimePoint move : entry.followed.known->moves) entry.moves.add(move);
  entry.followed.known.reset();
}

PollStep Poller::start_due(TimePoint now) {
  PollStep step;
  for (auto& [name, account] : accounts_) {
    std::set<std::size_t> tried;  // a check that ends without a request may be due again at once
    while (account.budget.may_start(now)) {
      const auto place = next_place(account, now);
      if (!place || !tried.insert(*place).second) break;
      advance(start(*place, now), step, now);
    }
  }
  return step;
}

std::uint64_t Poller::start(std::size_t place, TimePoint now) {
  Entry& entry = places_[place]->second;
  stop_waiting(entry);
  entry.hinted = false;
  entry.account->budget.started();
  entry.check = ++last_id_;
  const auto& observation = entry.observation;
  LastSeen last{observation.etag, std::nullopt};
  if (observation.confirmed) last.digest = observation.confirmed->digest;
  ResolutionTarget target{entry.followed.reference,  entry.followed.credential, std::move(last),
                          entry.confirm_again > 0,   entry.followed.follow,     observation.chosen,
                          entry.followed.reads_bases};
  running_.emplace(last_id_, Running{places_[place], entry.account,
                                     Resolution(std::move(target), options_, memory_, now + ahead_),
                                     now - entry.due, false, false, ahead_});
  return last_id_;
}

PollStep Poller::fold(std::uint64_t id, const Result<HttpResponse>& reply, TimePoint now) {
  PollStep step;
  const auto found = running_.find(id);
  if (found == running_.end()) return step;
  if (reply && found->second.asks_registry) {
    if (const auto limit = rate_limit(reply->headers)) hear(*found->second.account, *limit, now);
  }
  const auto sharing = shared_.answered(id);
  for (const std::uint64_t each : sharing) {
    Running& check = running_.at(each);
    check.resolution.fold(reply, memory_, now + check.ahead);
  }
  for (const std::uint64_t each : sharing) advance(each, step, now);
  return step;
}

// Its next request, or its end.
void Poller::advance(std::uint64_t id, PollStep& step, TimePoint now) {
  const auto place = running_.find(id);
  Running& check = place->second;
  Account& account = *check.account;
  RegistryBudget& budget = account.budget;
  auto next = check.resolution.next_request(memory_, now + check.ahead);
  if (auto* request = std::get_if<HttpRequest>(&next)) {
    if (shared_.is_asked(id, *request)) return;
    if (may_send(check, *request, now)) {
      step.requests.push_back({id, account.registry, std::move(*request)});
      return;
    }
    shared_.withdraw(id);
    next = few_reads_left(account);
  }
  budget.ended();
  const auto& outcome = std::get<ResolutionOutcome>(next);
  if (const auto* failure = std::get_if<RegistryFailure>(&outcome)) {
    budget.failed(*failure, now);
  } else {
    budget.reached(now);
  }
  step.ended.push_back({account.registry, outcome_name(outcome), check.late, budget.left(now)});
  auto* const followed = check.followed;
  running_.erase(place);
  if (followed == nullptr) return;
  if (finish(followed->second, followed->first, outcome, now)) {
    step.changed.push_back(followed->first);
  }
}

bool Poller::finish(Entry& entry, const PollKey& key, const ResolutionOutcome& outcome,
                    TimePoint now) {
  entry.check = 0;
  TagObservation& seen = entry.observation;
  const Told before = told_by(seen);
  bool other_image = false;
  seen.last_checked = now;
  const auto done = [&](std::string error) {
    entry.failures = 0;
    entry.not_before = {};
    set_due(entry, next_check(key, entry, now));
    seen.last_error = std::move(error);
    seen.unauthorized = false;
  };
  std::visit(overloaded{
                 [&](const SameAsBefore& same) {
                   done("");
                   seen.etag = same.etag;
                   seen.chosen = same.tag;
                   seen.last_success = now;
                   seen.consecutive_not_found = 0;
                 },
                 [&](const Resolved& resolved) {
                   done("");
                   const bool is_new =
                       !seen.confirmed || seen.confirmed->digest != resolved.image.digest;
                   if (is_new && seen.confirmed) entry.moves.add(now);
                   if (is_new) seen.first_seen = now + ahead_;
                   const int tries = is_new ? kMaxConfirmAgain : entry.confirm_again - 1;
                   entry.confirm_again = resolved.image.may_tell_later ? tries : 0;
                   other_image = seen.confirmed != resolved.image;
                   seen.confirmed = resolved.image;
                   seen.etag = resolved.etag;
                   seen.chosen = resolved.tag;
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
  if (entry.hinted) {
    set_due(entry, std::min(entry.due, earliest_hinted(entry, now)));
  }
  return seen.unauthorized || other_image || told_by(seen) != before;
}

// Denser checks are an extra, which a registry with little left does not get.
TimePoint Poller::next_check(const PollKey& key, const Entry& entry, TimePoint now) const {
  const Duration every = entry.followed.every;
  if (entry.account->budget.is_short(now)) {
    return next_regular(phase_name(key), every, now);
  }
  return next_denser(phase_name(key), every, entry.moves, now);
}

void Poller::finish_failed(Entry& entry, const PollKey& key, const RegistryFailure& failure,
                           TimePoint now) {
  entry.observation.last_error = sentence(failure);
  entry.observation.unauthorized = failure.kind == RegistryFailureKind::kAuthentication;
  if (failure.kind == RegistryFailureKind::kFewReadsLeft) {  // asking whether it moved is free
    entry.failures = 0;
    entry.not_before = {};
    return set_due(entry, next_check(key, entry, now));
  }
  ++entry.failures;
  set_due(entry, next_after_failure(phase_name(key), entry.followed.every, entry.failures,
                                    failure.retry_after, now));
  entry.not_before = failure.retry_after ? now + *failure.retry_after : TimePoint{};
}

std::optional<TimePoint> Poller::next_due(TimePoint now) const {
  std::optional<TimePoint> next;
  for (const auto& [name, account] : accounts_) {
    if (!account.budget.has_room()) continue;
    for (const Waiting* places : {&account.waiting, &account.hinted}) {
      if (places->empty()) continue;
      const auto due = std::max(places->begin()->first, account.budget.may_start_at(now));
      if (!next || due < *next) next = due;
    }
  }
  return next;
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
