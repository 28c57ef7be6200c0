// Finds out beside the passes what the planner asks of candidates.
#include "controller/runtime/gates.h"

#include <utility>

namespace freshet {

namespace {

constexpr int kMaxGateRounds = 256;  // of answers that are there already

}  // namespace

void Gates::ask(const ServiceKey& follower, const std::optional<GateQuestion>& question,
                Duration ahead) {
  const std::lock_guard lock(mutex_);
  const auto known = asked_.find(follower);
  if (!question) {
    if (known != asked_.end()) asked_.erase(known);
    return;
  }
  if (known != asked_.end() && same_question(known->second.question, *question)) return;
  Asked& asked = asked_[follower];
  asked = Asked{*question, {}, 0, std::nullopt, clock_.now() + ahead - clock_.monotonic()};
  if (exchanges_ == nullptr || !question->gate.http) {
    asked.attempt = untold(*question, "this controller cannot ask for it", now_for(asked));
    return;
  }
  exchanges_->wake();
}

void Gates::tell(const ServiceKey& follower, const GateQuestion& question, GateAttempt attempt) {
  const std::lock_guard lock(mutex_);
  asked_[follower] = Asked{question, {}, 0, std::move(attempt)};
}

std::optional<GateAttempt> Gates::ended(const ServiceKey& follower) const {
  const std::lock_guard lock(mutex_);
  const auto known = asked_.find(follower);
  return known == asked_.end() ? std::nullopt : known->second.attempt;
}

std::optional<TimePoint> Gates::next_due() const {
  const std::lock_guard lock(mutex_);
  for (const auto& [follower, asked] : asked_) {
    if (asked.id == 0 && !asked.attempt) return clock_.now();
  }
  return std::nullopt;
}

bool Gates::send() {
  std::vector<std::pair<std::uint64_t, HttpRequest>> requests;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [follower, asked] : asked_) {
      if (asked.id != 0 || asked.attempt) continue;
      asked.id = ++last_id_;
      under_way_[asked.id] = follower;
      requests.emplace_back(asked.id, gate_request(asked.question, now_for(asked)));
    }
  }
  for (auto& [id, request] : requests) exchanges_->start(id, std::move(request));
  return !requests.empty();
}

// The answer to a question that was replaced meanwhile is nobody's.
void Gates::take(const EndedExchange& end, std::vector<ServiceKey>& told) {
  const auto sent = under_way_.extract(end.id);
  if (sent.empty()) return;
  const auto known = asked_.find(sent.mapped());
  if (known == asked_.end() || known->second.id != end.id) return;
  Asked& asked = known->second;
  asked.id = 0;
  count_answer(asked.tally, asked.question, end.reply);
  asked.attempt = attempt_of(asked.tally, asked.question, now_for(asked));
  if (asked.attempt) told.push_back(known->first);
}

std::vector<ServiceKey> Gates::drive(Duration at_most) {
  std::vector<ServiceKey> told;
  if (exchanges_ == nullptr) return told;
  for (int round = 0; round < kMaxGateRounds; ++round) {
    const bool sent = send();
    if (round > 0 && !sent) break;
    const auto ended = exchanges_->wait(told.empty() ? at_most : Duration::zero());
    const std::lock_guard lock(mutex_);
    for (const EndedExchange& end : ended) take(end, told);
  }
  return told;
}

}  // namespace freshet
