// The registry poller, shared between threads.
#include "controller/runtime/tags.h"

namespace freshet {

namespace {

RegistryOptions registry_options(const ControllerOptions& options) {
  RegistryOptions out;
  out.plain_http = options.plain_http;
  return out;
}

}  // namespace

TagWatch::TagWatch(const ControllerOptions& options, HttpTransport& transport, const Clock& clock)
    : transport_(transport), clock_(clock), poller_(registry_options(options)) {
  auto parsed = parse_docker_config(options.docker_config, "docker config");
  if (parsed) credentials_ = *std::move(parsed);
}

// Where the configuration names a helper that cannot be used, the registry is asked as nobody; it
// then says itself that this is not enough.
FoundCredential TagWatch::credential(const ImageReference& reference) const {
  const auto found = find_credential(credentials_, reference);
  return found ? *found : FoundCredential{};
}

void TagWatch::follow(const ServiceKey& follower, const std::vector<FollowedImage>& images,
                      Duration every) {
  std::vector<Wish> wished;
  for (const FollowedImage& image : images) {
    if (image.reference.tag) wished.push_back({image.reference, every});
  }
  const std::lock_guard lock(mutex_);
  auto& before = followed_[follower];
  if (before == wished) {
    if (wished.empty()) followed_.erase(follower);
    return;
  }
  const auto key_of = [this](const Wish& wish) {
    return poll_key(wish.reference, credential(wish.reference).credential.identity);
  };
  for (const Wish& wish : before) {
    auto& others = followers_[key_of(wish)];
    others.erase(follower);
    if (others.empty()) followers_.erase(key_of(wish));
  }
  for (const Wish& wish : wished) followers_[key_of(wish)].insert(follower);
  before = std::move(wished);
  if (before.empty()) followed_.erase(follower);
  changed_ = true;
  next_due_ = clock_.now();
}

void TagWatch::fill(std::vector<FollowedImage>& images) const {
  const std::lock_guard lock(mutex_);
  for (FollowedImage& image : images) {
    const std::string identity = credential(image.reference).credential.identity;
    const auto found = seen_.find(poll_key(image.reference, identity));
    if (found == seen_.end()) continue;
    const TagObservation& seen = found->second;
    image.not_found_streak = seen.consecutive_not_found;
    image.error = seen.last_error;
    if (!seen.confirmed) continue;
    image.confirmed =
        ConfirmedDigest{seen.confirmed->digest, seen.confirmed->created,
                        seen.first_seen.value_or(seen.last_checked.value_or(clock_.now()))};
  }
}

std::vector<Followed> TagWatch::wishes() const {
  std::vector<Followed> out;
  for (const auto& [follower, list] : followed_) {
    for (const Wish& wish : list) {
      out.push_back({wish.reference, credential(wish.reference).credential, wish.every});
    }
  }
  return out;
}

std::vector<ServiceKey> TagWatch::check() {
  {
    const std::lock_guard lock(mutex_);
    if (changed_) poller_.set_followed(wishes(), clock_.now());
    changed_ = false;
  }
  const auto changed = poller_.run_due(transport_, [this] { return clock_.now(); });
  const std::lock_guard lock(mutex_);
  std::set<ServiceKey> concerned;
  for (const PollKey& key : changed) {
    if (const TagObservation* seen = poller_.find(key)) seen_[key] = *seen;
    const auto followers = followers_.find(key);
    if (followers != followers_.end()) {
      concerned.insert(followers->second.begin(), followers->second.end());
    }
  }
  if (!changed_) {
    next_due_ = poller_.next_due(clock_.now());
    std::erase_if(seen_,
                  [this](const auto& entry) { return poller_.find(entry.first) == nullptr; });
  }
  return {concerned.begin(), concerned.end()};
}

std::optional<TimePoint> TagWatch::next_due() const {
  const std::lock_guard lock(mutex_);
  return next_due_;
}

}  // namespace freshet
