// Who gets which requests.
#include "controller/sandbox/users.h"

#include "base/text.h"

namespace freshet::sandbox {

Users::Crowd& Users::crowd(const ServiceKey& service, TimePoint now) {
  const auto found = crowds_.find(service);
  if (found != crowds_.end()) {
    settle(found->second, now);
    return found->second;
  }
  Crowd fresh(seed_ ^ stable_hash(to_string(service)));
  fresh.reached = now;
  return crowds_.emplace(service, std::move(fresh)).first->second;
}

// The activator is scraped however seldom anybody asks.
void Users::settle(Crowd& crowd, TimePoint now) const {
  if (now - crowd.reached > kKeptInFull) settle_at_once(crowd, now - kKeptInFull);
  while (now - crowd.reached > scrape_every_) settle_at_once(crowd, crowd.reached + scrape_every_);
  settle_at_once(crowd, now);
}

// Everything up to `now` under the program and the pods that there were.
void Users::settle_at_once(Crowd& crowd, TimePoint now) const {
  if (now <= crowd.reached) return;
  std::map<std::string, int> ready;
  for (const auto& [name, pod] : crowd.pods) {
    if (pod.is_ready && !pod.is_gone) ++ready[pod.identity.revision];
  }
  const auto rate_of = [&](const std::string& revision) {
    const auto percent = crowd.program.find(revision);
    return percent == crowd.program.end() ? 0.0 : crowd.rate * percent->second / 100.0;
  };
  for (auto& [name, pod] : crowd.pods) {
    if (pod.is_gone) continue;
    const std::string& revision = pod.identity.revision;
    const double asked = pod.is_ready ? rate_of(revision) / ready[revision] : 0.0;
    const double rate = pod.answered * asked;
    const double lost = (asked - rate) * to_seconds(now - crowd.reached);
    if (lost > 0) crowd.unserved[revision].lost += lost;
    const Served before{pod.counters.good(), pod.counters.bad()};
    pod.counters.run_to(now, rate, pod.is_ready, crowd.dice);
    const Served served{pod.counters.good() - before.good, pod.counters.bad() - before.bad};
    if (served != Served{}) crowd.activators[revision].passed_on(served.good, served.bad);
  }
  for (const auto& [revision, percent] : crowd.program) {
    if (ready.contains(revision)) continue;
    const double expected = rate_of(revision) * to_seconds(now - crowd.reached);
    const std::int64_t failed = crowd.dice.poisson(expected);
    crowd.unserved[revision].bad += failed;
    if (failed > 0) crowd.activators[revision].answered_itself(failed);
  }
  for (auto& [revision, counters] : crowd.activators) counters.scrape(now, scrape_every_);
  crowd.reached = now;
  forget_old_pods(crowd, now);
}

void Users::forget_old_pods(Crowd& crowd, TimePoint now) {
  std::erase_if(crowd.pods, [&](const auto& entry) {
    const Pod& pod = entry.second;
    const auto& scrapes = pod.counters.scrapes();
    if (!pod.is_gone) return false;
    if (!scrapes.empty() && now - scrapes.back().at <= kKeptThinned) return false;
    Served& kept = crowd.unserved[pod.identity.revision];
    kept.good += pod.counters.good();
    kept.bad += pod.counters.bad();
    return true;
  });
}

void Users::set_rate(const ServiceKey& service, double per_second, TimePoint now) {
  crowd(service, now).rate = per_second;
}

void Users::set_program(const ServiceKey& service, const Program& program, TimePoint now) {
  Crowd& of = crowd(service, now);
  of.program = program;
  std::erase_if(of.program, [](const auto& entry) { return entry.second <= 0; });
}

void Users::add_pod(const PodIdentity& pod, const ImageBehaviour& behaviour, TimePoint now) {
  Crowd& of = crowd(pod.service, now);
  const std::uint64_t mixed = seed_ ^ stable_hash(pod.service.name_space + "/" + pod.name);
  const Duration offset = Duration(
      static_cast<std::int64_t>(mixed % static_cast<std::uint64_t>(scrape_every_.count())));
  if (const auto before = of.pods.find(pod.name);
      before != of.pods.end()) {  // as after a scale-down
    Served& kept = of.unserved[pod.revision];
    kept.good += before->second.counters.good();
    kept.bad += before->second.counters.bad();
  }
  of.pods.insert_or_assign(
      pod.name, Pod{pod, PodCounters(behaviour, now, scrape_every_, offset), behaviour.answered});
}

void Users::set_ready(const PodIdentity& pod, bool is_ready, TimePoint now) {
  Crowd& of = crowd(pod.service, now);
  if (const auto found = of.pods.find(pod.name); found != of.pods.end()) {
    found->second.is_ready = is_ready;
  }
}

void Users::set_error_rate(const PodIdentity& pod, double rate, TimePoint now) {
  Crowd& of = crowd(pod.service, now);
  if (const auto found = of.pods.find(pod.name); found != of.pods.end()) {
    found->second.counters.set_error_rate(rate);
  }
}

void Users::restart(const PodIdentity& pod, TimePoint now) {
  Crowd& of = crowd(pod.service, now);
  if (const auto found = of.pods.find(pod.name); found != of.pods.end()) {
    found->second.counters.restart();
  }
}

void Users::restart_all(const ServiceKey& service, TimePoint now) {
  Crowd& of = crowd(service, now);
  for (auto& [name, pod] : of.pods) pod.counters.restart();
  for (auto& [revision, activators] : of.activators) activators.replace(now, scrape_every_);
}

void Users::remove_pod(const PodIdentity& pod, TimePoint now) {
  Crowd& of = crowd(pod.service, now);
  if (const auto found = of.pods.find(pod.name); found != of.pods.end()) {
    found->second.is_gone = true;
    found->second.is_ready = false;
  }
}

void Users::remove_service(const ServiceKey& service, TimePoint now) {
  const double rate = crowd(service, now).rate;
  crowds_.erase(service);
  crowd(service, now).rate = rate;
}

Program Users::program(const ServiceKey& service) const {
  const auto found = crowds_.find(service);
  return found == crowds_.end() ? Program{} : found->second.program;
}

std::map<std::string, Served> Users::served(const ServiceKey& service, TimePoint now) {
  const auto found = crowds_.find(service);
  if (found == crowds_.end()) return {};
  settle(found->second, now);
  std::map<std::string, Served> out = found->second.unserved;
  for (const auto& [name, pod] : found->second.pods) {
    Served& revision = out[pod.identity.revision];
    revision.good += pod.counters.good();
    revision.bad += pod.counters.bad();
  }
  return out;
}

}  // namespace freshet::sandbox
