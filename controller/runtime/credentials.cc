// Sources, when each is read, and the choice between what they offer.
#include "controller/runtime/credentials.h"

#include <algorithm>

#include "base/text.h"

namespace freshet {

namespace {
constexpr Duration kForgetEvery = minutes(1);
}

Credentials::Credentials(CredentialWorld world, const Clock& clock)
    : world_(std::move(world)), clock_(clock) {}

Credentials::NeedKey Credentials::key_of(const CredentialNeed& need) {
  return {need.name_space, need.reference.registry + "/" + need.reference.repository,
          need.pull_secrets};
}

// Whatever it looks at is read from now on.
CredentialCandidates Credentials::candidates(const CredentialNeed& need, TimePoint now) {
  return credential_candidates(need, [&](const SourceKey& key) -> const SourceContent* {
    Source& source = sources_[key];
    source.used = now;
    return source.content ? &*source.content : nullptr;
  });
}

CredentialChoice Credentials::choose(const CredentialNeed& need) {
  const TimePoint now = clock_.now();
  const std::lock_guard lock(mutex_);
  CredentialCandidates found = candidates(need, now);
  Chosen& chosen = chosen_[key_of(need)];
  chosen.used = now;
  // While a source is read for the first time, what was chosen before stays in use.
  if (found.complete && (!chosen.known || found.credentials != chosen.credentials)) {
    chosen = {true, std::move(found.credentials), 0, now, now};
  }
  CredentialChoice choice;
  choice.ready = chosen.known;
  if (!chosen.credentials.empty()) choice.credential = chosen.credentials[chosen.index];
  choice.problems = join(found.problems, "; ");
  if (!found.denied.empty()) choice.grant = grant_command(need.name_space, found.denied);
  choice.secret_denied = !found.denied.secrets.empty();
  return choice;
}

void Credentials::refused(const CredentialNeed& need, const std::string& identity) {
  const TimePoint now = clock_.now();
  const std::lock_guard lock(mutex_);
  const auto found = chosen_.find(key_of(need));
  if (found == chosen_.end()) return;
  Chosen& chosen = found->second;
  for (const SourceKey& key : candidates(need, now).sources) sources_[key].schedule.doubt(now);
  if (chosen.credentials.size() < 2) return;
  if (chosen.credentials[chosen.index].identity != identity) return;  // another is tried already
  if (chosen.index + 1 < chosen.credentials.size()) {
    ++chosen.index;
  } else if (now >= chosen.began + kDoubtSpacing) {
    chosen.index = 0;
    chosen.began = now;
  } else {
    return;  // all of them were refused just now
  }
  ++version_;
}

bool Credentials::may_be_read(const SourceKey& key, const Source& source) const {
  if (source.is_being_read) return false;
  return key.kind != SourceKind::kHelper || !busy_helpers_.contains(key.place);
}

// Now and then only: it looks at all there is, and threads ask for what is due all the time.
void Credentials::forget_unused(TimePoint now) {
  if (now < forget_at_) return;
  forget_at_ = now + kForgetEvery;
  const auto is_unused = [now](const auto& entry) {
    return entry.second.used + kForgetUnused < now;
  };
  std::erase_if(chosen_, is_unused);
  std::erase_if(sources_,
                [&](const auto& entry) { return is_unused(entry) && !entry.second.is_being_read; });
}

std::optional<SourceKey> Credentials::take_due(TimePoint now) {
  forget_unused(now);
  for (auto& [key, source] : sources_) {
    if (source.schedule.due() > now || !may_be_read(key, source)) continue;
    source.is_being_read = true;
    if (key.kind == SourceKind::kHelper) busy_helpers_.insert(key.place);
    return key;
  }
  return std::nullopt;
}

std::optional<CredentialReading> Credentials::read_one() {
  std::optional<SourceKey> key;
  {
    const std::lock_guard lock(mutex_);
    key = take_due(clock_.now());
  }
  if (!key) return std::nullopt;
  auto read = read_source(*key, world_);
  const std::lock_guard lock(mutex_);
  return keep(*key, std::move(read), clock_.now());
}

// What was read before a failure stays in use, with the failure told besides. Where nothing was
// read before, an API server is waited for; without a helper or a file it goes on.
CredentialReading Credentials::keep(const SourceKey& key, Result<SourceContent> read,
                                    TimePoint now) {
  if (key.kind == SourceKind::kHelper) busy_helpers_.erase(key.place);
  Source& source = sources_[key];
  source.is_being_read = false;
  const auto before = source.content;
  if (read) {
    source.content = *std::move(read);
    source.schedule.went_well(now, source.content->denied_to ? kDeniedGoodFor : good_for(key.kind));
  } else {
    source.schedule.failed(now);
    const bool is_ours = key.kind == SourceKind::kHelper || key.kind == SourceKind::kDockerConfig;
    if (!source.content && is_ours) source.content.emplace();
    if (source.content) source.content->problem = read.error().message;
  }
  const bool changed = source.content != before;
  if (changed) ++version_;
  const bool is_of_one = key.kind == SourceKind::kSecret || key.kind == SourceKind::kServiceAccount;
  return {changed, is_of_one ? key.place : ""};
}

std::optional<TimePoint> Credentials::next_due() const {
  const std::lock_guard lock(mutex_);
  std::optional<TimePoint> next;
  for (const auto& [key, source] : sources_) {
    if (!may_be_read(key, source)) continue;
    next = std::min(next.value_or(TimePoint::max()), source.schedule.due());
  }
  return next;
}

std::uint64_t Credentials::version() const {
  const std::lock_guard lock(mutex_);
  return version_;
}

}  // namespace freshet
