// Which rollouts may begin.
#include "controller/runtime/fleet.h"

#include <algorithm>
#include <utility>

namespace freshet {

void Fleet::on_core(const ServiceKey& service, const Core* before, const Core* now) {
  const std::lock_guard lock(mutex_);
  if (before != nullptr) count(service, *before, false);
  if (now != nullptr) count(service, *now, true);
  const bool has_run = running_.contains(service);
  const bool is_running = now != nullptr && active_rollout(now->phase) != nullptr;
  if (has_run == is_running) return;
  if (is_running) {
    running_[service];
    count_place(service, 1);
  } else {
    if (running_.at(service).has_place) count_place(service, -1);
    running_.erase(service);
    aside_.erase(service);
  }
}

void Fleet::count_place(const ServiceKey& service, int change) {
  int& here = places_in_[service.name_space];
  here += change;
  places_ += change;
  if (here == 0) places_in_.erase(service.name_space);
  places_changed_ = places_changed_ || change < 0;
}

int Fleet::running() const {
  const auto begins = std::ranges::count_if(granted_, [&](const auto& granted) {
    return !running_.contains(granted.second.entrant.service);
  });
  return places_ + static_cast<int>(begins);
}

int Fleet::room(const std::string& name_space) const {
  const auto here = places_in_.find(name_space);
  const auto begins = std::ranges::count_if(granted_, [&](const auto& granted) {
    const ServiceKey& service = granted.second.entrant.service;
    return service.name_space == name_space && !running_.contains(service);
  });
  const int taken = (here == places_in_.end() ? 0 : here->second) + static_cast<int>(begins);
  return std::max(0, limits_.in_namespace - taken);
}

void Fleet::join(const ServiceKey& tracked, const Waiting& waiting) {
  holders_[waiting.ticket] = tracked;
  if (!waiting.wave.empty()) return wave_lines_[waiting.wave].add(waiting.ticket);
  queue_.add(waiting.ticket);
  queue_of_[waiting.name_space].add(waiting.ticket);
}

void Fleet::leave(const Waiting& waiting) {
  holders_.erase(waiting.ticket);
  auto& lines = waiting.wave.empty() ? queue_of_ : wave_lines_;
  const std::string& name = waiting.wave.empty() ? waiting.name_space : waiting.wave;
  const auto line = lines.find(name);
  if (line == lines.end()) return;
  line->second.remove(waiting.ticket);
  if (line->second.size() == 0) lines.erase(line);
  if (waiting.wave.empty()) queue_.remove(waiting.ticket);
}

void Fleet::note_left(const Waiting& waiting) {
  if (waiting.wave.empty()) places_changed_ = true;
  if (!waiting.wave.empty()) changed_waves_.insert(waiting.wave);
}

// It has joined the queue. Those before it whose namespaces are full are passed.
std::optional<OthersFirst> Fleet::wait_for_place(const Waiting& waiting) const {
  const TicketLine& own = queue_of_.at(waiting.name_space);
  const int before_here = own.before(waiting.ticket);
  const int room_here = room(waiting.name_space);
  if (before_here >= room_here) {
    return planning::queued({before_here + 1, own.size(), limits_.in_namespace - room_here,
                             limits_.in_namespace, waiting.name_space});
  }
  int before = 0;
  for (const auto& [name_space, line] : queue_of_) {
    before += std::min(line.before(waiting.ticket), room(name_space));
  }
  const int taken = running();
  if (taken + before < limits_.in_cluster) return std::nullopt;
  return planning::queued(
      {queue_.before(waiting.ticket) + 1, queue_.size(), taken, limits_.in_cluster, ""});
}

std::optional<OthersFirst> Fleet::ask(const Entrant& entrant, TimePoint now) {
  const std::lock_guard lock(mutex_);
  if (const auto granted = granted_.find(entrant.tracked); granted != granted_.end()) {
    const bool same = granted->second.entrant.digests == entrant.digests;
    if (same || entrant.on_a_persons_word) {
      granted->second.entrant = entrant;
      return std::nullopt;
    }
    take_back(granted->second.entrant);  // another image: another wave has to be asked
    granted_.erase(granted);
  }
  auto [found, is_new] = waiting_.try_emplace(entrant.tracked);
  Waiting& waiting = found->second;
  const Waiting before = waiting;
  if (is_new) {
    waiting.ticket = ++last_ticket_;
    waiting.name_space = entrant.service.name_space;
  } else {
    leave(before);
    waiting.wave.clear();
    waiting.is_stopped = false;
  }
  if (!entrant.on_a_persons_word) {
    auto wait = wait_for_wave(entrant, waiting, now);
    join(entrant.tracked, waiting);
    if (!wait) wait = wait_for_place(waiting);
    if (!is_new && before.wave != waiting.wave) note_left(before);
    if (wait) return wait;
    leave(waiting);
  }
  if (!is_new) note_left(before);
  waiting_.erase(found);
  granted_.emplace(entrant.tracked, Granted{entrant, now, false});
  return std::nullopt;
}

void Fleet::keep(const ServiceKey& tracked) {
  const std::lock_guard lock(mutex_);
  const auto granted = granted_.find(tracked);
  if (granted != granted_.end()) granted->second.is_kept = true;
}

// What has begun keeps its place by its core.
void Fleet::take_back(const Entrant& entrant) {
  places_changed_ = places_changed_ || !running_.contains(entrant.service);
  for (const std::string& name : waves_of(entrant.digests)) {
    if (wave_lines_.contains(name)) changed_waves_.insert(name);
  }
}

void Fleet::settle(const ServiceKey& tracked, bool waits) {
  const std::lock_guard lock(mutex_);
  if (const auto found = granted_.find(tracked); found != granted_.end()) {
    if (std::exchange(found->second.is_kept, false)) return;
    const Entrant entrant = std::move(found->second.entrant);
    granted_.erase(found);
    take_back(entrant);
  }
  if (waits) return;
  const auto waiting = waiting_.find(tracked);
  if (waiting == waiting_.end()) return;
  leave(waiting->second);
  note_left(waiting->second);
  waiting_.erase(waiting);
}

void Fleet::note_held(const ServiceKey& service, const std::string& held, bool stands_aside,
                      TimePoint now) {
  const std::lock_guard lock(mutex_);
  const auto found = running_.find(service);
  if (found == running_.end()) return;
  Running& running = found->second;
  running.held = held;
  if (held.empty()) running.held_since.reset();
  if (!held.empty() && !running.held_since) running.held_since = now;
  const bool has_place = !running.held_since || now - *running.held_since < kHeldPlace;
  if (has_place != running.has_place) count_place(service, has_place ? 1 : -1);
  running.has_place = has_place;
  if (aside_.contains(service) == stands_aside) return;
  if (stands_aside) aside_.insert(service);
  if (!stands_aside) aside_.erase(service);
  for (const auto& [name, line] : wave_lines_) changed_waves_.insert(name);
}

void Fleet::add_ready_for_places(std::vector<ServiceKey>& out) const {
  std::vector<std::uint64_t> next;
  for (const auto& [name_space, line] : queue_of_) {
    const int most = std::min(room(name_space), line.size());
    for (int rank = 0; rank < most; ++rank) next.push_back(line.at(rank));
  }
  std::ranges::sort(next);
  const int free = std::max(0, limits_.in_cluster - running());
  next.resize(std::min(next.size(), static_cast<std::size_t>(free)));
  for (const std::uint64_t ticket : next) out.push_back(holders_.at(ticket));
}

std::vector<ServiceKey> Fleet::take_ready(TimePoint now) {
  const std::lock_guard lock(mutex_);
  std::vector<ServiceKey> out;
  for (const std::string& name : changed_waves_) add_ready_of_wave(name, now, out);
  changed_waves_.clear();
  if (bases_.size() > most_bases_) forget_bases();
  if (places_changed_) add_ready_for_places(out);
  places_changed_ = false;
  return out;
}

Fleet::Counts Fleet::counts() const {
  const std::lock_guard lock(mutex_);
  Counts out{running(), queue_.size(), 0, 0};
  for (const auto& [name, line] : wave_lines_) {
    out.in_waves += line.size();
    if (waiting_.at(holders_.at(line.at(0))).is_stopped) ++out.waves_stopped;
  }
  return out;
}

}  // namespace freshet
