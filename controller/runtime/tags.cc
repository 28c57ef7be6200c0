// The registry poller, shared between threads.
#include "controller/runtime/tags.h"

#include <algorithm>
#include <utility>

namespace freshet {

namespace {

constexpr int kMaxRounds = 64;  // of replies that are there already, before others are told
// Checks that fall due in the same twentieth of a second begin together, at its end: at thousands a
// minute that is a fraction of the wakes, and of the CPU.
using WakeSpan = std::chrono::duration<std::int64_t, std::ratio<1, 20>>;
TimePoint wake_for(TimePoint due) { return std::chrono::ceil<WakeSpan>(due); }

RegistryOptions registry_options(const ControllerOptions& options) {
  RegistryOptions out;
  out.plain_http = options.plain_http;
  out.token_hosts = options.token_hosts;
  out.requests_per_second = options.registry_rates;
  return out;
}

bool is_followed(const FollowedImage& image) { return image.reference.tag || image.follow; }

}  // namespace

TagWatch::TagWatch(const ControllerOptions& options, HttpExchanges& exchanges,
                   Credentials& credentials, Metrics& metrics, const Clock& clock)
    : exchanges_(exchanges),
      credentials_(credentials),
      metrics_(metrics),
      clock_(clock),
      poller_(registry_options(options)) {}

void TagWatch::follow(const ServiceKey& follower, const std::vector<FollowedImage>& images,
                      Duration every) {
  std::vector<Wish> wished;
  std::vector<std::shared_ptr<const KnownTag>> known;
  for (const FollowedImage& image : images) {
    if (!is_followed(image)) continue;
    wished.push_back({image.reference, image.pull_secrets, every, image.follow, image.reads_base});
    known.push_back(std::make_shared<const KnownTag>(known_tag(image.before)));
  }
  const std::lock_guard lock(mutex_);
  auto& before = followed_[follower];
  const bool same = before == wished;
  before = std::move(wished);
  known_[follower] = std::move(known);
  if (before.empty()) {
    followed_.erase(follower);
    known_.erase(follower);
  }
  if (same) return;
  changed_ = true;
  next_due_ = clock_.now();
  exchanges_.wake();
}

bool TagWatch::hint(const ImageReference& reference) {
  const std::lock_guard lock(mutex_);
  const std::string name = to_string(reference);
  if (hints_.size() >= kMaxHintsWaiting && !hints_.contains(name)) return false;
  hints_.emplace(name, reference);
  next_due_ = clock_.now();
  exchanges_.wake();
  return true;
}

void TagWatch::fill(const ServiceKey& follower, std::vector<FollowedImage>& images,
                    const ConfirmWorld& world) const {
  const std::lock_guard lock(mutex_);
  for (FollowedImage& image : images) {
    if (!is_followed(image)) continue;
    const CredentialChoice choice =
        credentials_.choose({follower.name_space, image.reference, image.pull_secrets});
    if (choice.secret_denied) image.no_pull_secret_access = choice.grant;
    const auto found =
        seen_.find(poll_key(image.reference, choice.credential.identity, image.follow));
    if (found == seen_.end()) continue;
    const TagObservation& seen = found->second;
    image.not_found_streak = seen.consecutive_not_found;
    image.error = seen.last_error;
    if (seen.unauthorized) {
      image.no_pull_secret_access = choice.grant;
      if (!choice.problems.empty()) image.error = choice.problems + "; " + image.error;
    }
    if (image.follow && seen.chosen) image.reference.tag = seen.chosen;
    confirm_image(image, seen, world);
  }
}

std::vector<ServiceKey> TagWatch::followers(const std::string& name_space) const {
  const std::lock_guard lock(mutex_);
  std::vector<ServiceKey> out;
  for (const auto& [follower, wishes] : followed_) {
    if (name_space.empty() || follower.name_space == name_space) out.push_back(follower);
  }
  return out;
}

// What the poller is to check, and for whom. An image whose credentials are still being read waits.
std::vector<Followed> TagWatch::choose_credentials() {
  std::vector<Followed> out;
  followers_.clear();
  for (const auto& [follower, wishes] : followed_) {
    const auto& known = known_.at(follower);
    for (std::size_t i = 0; i < wishes.size(); ++i) {
      const Wish& wish = wishes[i];
      CredentialChoice choice =
          credentials_.choose({follower.name_space, wish.reference, wish.pull_secrets});
      if (!choice.ready) continue;
      followers_[poll_key(wish.reference, choice.credential.identity, wish.follow)].insert(
          follower);
      out.push_back({wish.reference, std::move(choice.credential), wish.every, wish.follow,
                     known.at(i), wish.reads_bases});
    }
  }
  return out;
}

void TagWatch::tell_refused(const PollKey& key, const ServiceKey& follower) {
  const auto wishes = followed_.find(follower);
  if (wishes == followed_.end()) return;
  for (const Wish& wish : wishes->second) {
    if (poll_key(wish.reference, key.identity, wish.follow) != key) continue;
    credentials_.refused({follower.name_space, wish.reference, wish.pull_secrets}, key.identity);
  }
}

void TagWatch::take_wishes() {
  const std::lock_guard lock(mutex_);
  const std::uint64_t version = credentials_.version();
  if (changed_ || version != credentials_version_) {
    poller_.set_followed(choose_credentials(), clock_.now());
    std::erase_if(seen_, [&](const auto& tag) { return poller_.find(tag.first) == nullptr; });
  }
  for (const auto& [name, reference] : hints_) poller_.hint(reference, clock_.now());
  hints_.clear();
  changed_ = false;
  credentials_version_ = version;
}

void TagWatch::send(PollStep step, std::vector<PollKey>& changed) {
  for (auto& [id, registry, request] : step.requests) {
    asked_[id] = {std::move(registry), clock_.monotonic()};
    exchanges_.start(id, std::move(request));
  }
  for (const EndedCheck& check : step.ended) metrics_.count_registry_check(check);
  changed.insert(changed.end(), step.changed.begin(), step.changed.end());
}

void TagWatch::tell_next_due(std::optional<TimePoint> next) {
  const std::lock_guard lock(mutex_);
  if (!has_news()) next_due_ = next;
}

void TagWatch::count(const EndedExchange& ended) {
  const auto asked = asked_.extract(ended.id);
  if (asked.empty()) return;
  metrics_.count_registry_request(asked.mapped().registry, ended.reply ? ended.reply->status : 0,
                                  clock_.monotonic() - asked.mapped().at);
}

std::vector<ServiceKey> TagWatch::check(Duration at_most, Duration ahead) {
  poller_.set_ahead(ahead);
  take_wishes();
  std::vector<PollKey> changed;
  for (int round = 0; round < kMaxRounds; ++round) {
    send(poller_.start_due(clock_.now()), changed);
    const TimePoint now = clock_.now();
    const auto next = poller_.next_due(now);
    Duration wait = round == 0 ? at_most : Duration::zero();
    if (next) wait = std::min(wait, *next <= now ? Duration::zero() : wake_for(*next) - now);
    tell_next_due(next);
    if (round > 0 && asked_.empty()) break;  // nothing can have come
    if (!changed.empty()) wait = Duration::zero();
    const auto ended = exchanges_.wait(wait);
    for (const EndedExchange& each : ended) {
      count(each);
      send(poller_.fold(each.id, each.reply, clock_.now()), changed);
    }
    if (ended.empty()) break;
  }
  return publish(changed);
}

std::vector<ServiceKey> TagWatch::publish(const std::vector<PollKey>& changed) {
  const std::lock_guard lock(mutex_);
  std::set<ServiceKey> concerned;
  for (const PollKey& key : changed) {
    const TagObservation* seen = poller_.find(key);
    if (seen != nullptr) seen_[key] = *seen;
    const auto followers = followers_.find(key);
    if (followers == followers_.end()) continue;
    concerned.insert(followers->second.begin(), followers->second.end());
    if (seen == nullptr || !seen->unauthorized) continue;
    for (const ServiceKey& follower : followers->second) tell_refused(key, follower);
  }
  if (!has_news()) next_due_ = poller_.next_due(clock_.now());
  return {concerned.begin(), concerned.end()};
}

std::optional<TimePoint> TagWatch::next_due() const {
  const std::lock_guard lock(mutex_);
  if (credentials_.version() != credentials_version_) return clock_.now();
  return next_due_;
}

}  // namespace freshet
