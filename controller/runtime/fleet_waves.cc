// What the cores of all services say of waves.
#include <algorithm>

#include "controller/runtime/fleet.h"

namespace freshet {

namespace {

bool drop(auto& entries, const ServiceKey& service) {
  return std::erase_if(entries, [&](const auto& entry) { return entry.service == service; }) > 0;
}

// Of `more`, those whose services are not among `entries`.
void merge(auto& entries, const auto& more) {
  for (const auto& entry : more) {
    drop(entries, entry.service);
    entries.push_back(entry);
  }
}

std::string base_wave(const std::string& base_digest) { return "base " + base_digest; }

}  // namespace

// By image: the digest, whatever it is called, as it names what is run. By base: that of the image,
// where one says it.
std::string Fleet::wave_of(const Digest& digest) const {
  const auto base = bases_.find(digest.get());
  return base == bases_.end() ? digest.get() : base_wave(base->second);
}

std::set<std::string> Fleet::waves_of(const DigestSet& digests) const {
  std::set<std::string> out;
  for (const auto& [container, digest] : digests) out.insert(wave_of(digest));
  return out;
}

std::set<std::string> Fleet::new_waves(const DigestSet& digests,
                                       const std::optional<RevisionRef>& stable) const {
  std::set<std::string> out = waves_of(digests);
  if (!stable) return out;
  for (const std::string& name : waves_of(stable->pair.digests)) out.erase(name);
  return out;
}

void Fleet::learn(const std::string& digest, const std::string& base_digest) {
  if (limits_.wave_by != WaveBy::kBaseImage || digest.empty() || base_digest.empty()) return;
  const std::lock_guard lock(mutex_);
  if (!bases_.emplace(digest, base_digest).second) return;
  // What was counted before that was known.
  const auto found = records_.extract(digest);
  if (!found) return;
  Record& record = records_[base_wave(base_digest)];
  record.succeeded += found.mapped().succeeded;
  merge(record.rolling, found.mapped().rolling);
  merge(record.failed, found.mapped().failed);
}

void Fleet::learn(const std::vector<SeenTag>& tags) {
  for (const SeenTag& tag : tags) {
    for (const SeenDigest& seen : tag.digests) learn(seen.digest, seen.origin.base_digest);
  }
}

// Images that nobody runs, rolls out or has rejected any more.
void Fleet::forget_bases() {
  std::erase_if(bases_, [this](const auto& base) {
    return !records_.contains(base_wave(base.second)) &&
           !wave_lines_.contains(base_wave(base.second));
  });
  most_bases_ = std::max(kMaxBases, 2 * bases_.size());
}

void Fleet::change(const std::string& name, const auto& how) {
  Record& record = records_[name];
  how(record);
  if (record.is_empty()) records_.erase(name);
  if (wave_lines_.contains(name)) changed_waves_.insert(name);
}

// What a core says: what is stable, under way and rejected. A service that has been there before,
// with another image of the wave, says nothing against it by failing with this one.
void Fleet::count(const ServiceKey& service, const Core& core, bool adds) {
  if (limits_.wave_by == WaveBy::kOff) return;
  if (core.stable) {
    for (const auto& [container, digest] : core.stable->pair.digests) {
      change(wave_of(digest), [&](Record& record) { record.succeeded += adds ? 1 : -1; });
    }
  }
  // What is taken away may have been new when it was added.
  const auto waves = [&](const Pair& pair) {
    return adds ? new_waves(pair.digests, core.stable) : waves_of(pair.digests);
  };
  if (const Rollout* rollout = active_rollout(core.phase)) {
    for (const std::string& name : waves(rollout->candidate.pair)) {
      change(name, [&](Record& record) {
        drop(record.rolling, service);
        if (adds) record.rolling.push_back({service, rollout->started, ""});
      });
    }
  }
  for (const Rejection& rejection : core.rejected) {
    for (const std::string& name : waves(rejection.pair)) {
      change(name, [&](Record& record) {
        drop(record.failed, service);
        if (adds) record.failed.push_back({service, rejection.until, rejection.why});
      });
    }
  }
}

// As those see it who ask now: what was promised to others is under way.
planning::Wave Fleet::wave(const std::string& name) const {
  planning::Wave out;
  out.what = (name.starts_with("base ") ? name.substr(0, 24) : "digest " + name.substr(7, 12));
  if (const auto found = records_.find(name); found != records_.end()) {
    out.succeeded = found->second.succeeded;
    out.rolling = found->second.rolling;
    out.failed = found->second.failed;
  }
  for (const auto& [tracked, granted] : granted_) {
    const Entrant& entrant = granted.entrant;
    const bool is_in = new_waves(entrant.digests, entrant.stable).contains(name);
    const bool is_known = std::ranges::find(out.rolling, entrant.service,
                                            &planning::WaveRolling::service) != out.rolling.end();
    if (is_in && !is_known) out.rolling.push_back({entrant.service, granted.at, ""});
  }
  std::erase_if(out.rolling, [this](const auto& one) { return aside_.contains(one.service); });
  for (planning::WaveRolling& rolling : out.rolling) {
    const auto known = running_.find(rolling.service);
    if (known != running_.end()) rolling.held = known->second.held;
  }
  return out;
}

std::optional<OthersFirst> Fleet::wait_for_wave(const Entrant& entrant, Waiting& waiting,
                                                TimePoint now) {
  if (limits_.wave_by == WaveBy::kOff || entrant.as_edited) return std::nullopt;
  for (const std::string& name : new_waves(entrant.digests, entrant.stable)) {
    planning::Wave here = wave(name);
    // It was tried there, and is to be tried again: that stops nobody, and waits behind nobody.
    const bool was_first = drop(here.failed, entrant.service);
    if (const auto line = wave_lines_.find(name); line != wave_lines_.end() && !was_first) {
      here.number = line->second.before(waiting.ticket) + 1;
      if (here.number > 1) here.head = holders_.at(line->second.at(0));
    }
    auto wait = planning::waits_for_wave(here, entrant.tracked, limits_.wave, now);
    if (!wait) continue;
    waiting.wave = name;
    waiting.is_stopped = wait->reason == planning::kFailureBudgetHold;
    return wait;
  }
  return std::nullopt;
}

void Fleet::add_ready_of_wave(const std::string& name, TimePoint now,
                              std::vector<ServiceKey>& out) const {
  const auto line = wave_lines_.find(name);
  if (line == wave_lines_.end()) return;
  const auto [may_begin, is_stopped] = planning::ask_wave(wave(name), limits_.wave, now);
  for (int rank = 0; rank < line->second.size(); ++rank) {
    const ServiceKey& tracked = holders_.at(line->second.at(rank));
    const bool has_news = is_stopped != waiting_.at(tracked).is_stopped;
    if (rank < may_begin || has_news) out.push_back(tracked);
  }
}

}  // namespace freshet
