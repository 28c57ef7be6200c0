// Rounds of queries, sent by the worker that needs an answer first.
#include "controller/runtime/shared_counts.h"

namespace freshet {

void SharedCounts::announce(const CountsWish& wish, TimePoint now) {
  const std::lock_guard lock(mutex_);
  board_.wish(wish, now);
}

Result<MetricsReply> SharedCounts::counts(const CountsWish& wish, TimePoint now) {
  std::unique_lock lock(mutex_);
  board_.wish(wish, now);
  for (;;) {
    if (auto answer = board_.take(wish.who, now)) return *std::move(answer);
    if (!asking_) break;
    asked_.wait(lock);
  }
  board_.wish(wish, now);  // while this worker waited, others may have forgotten about it
  const std::vector<CountsWish> due = board_.due(wish.who, now);
  asking_ = true;
  lock.unlock();
  std::map<std::string, Result<MetricsReply>> answers = ask(due, now);
  lock.lock();
  asking_ = false;
  for (const CountsWish& asked : due) board_.put(asked, std::move(answers.at(asked.who)), now);
  asked_.notify_all();
  if (auto answer = board_.take(wish.who, now)) return *std::move(answer);
  return make_error(ErrorKind::kTransient, "counts were asked for too long ago");
}

namespace {

template <class Ask>
std::map<std::string, Result<SeriesByRevision>> all_of(CountsRound round, const Ask& ask) {
  while (const auto next = round.next()) {
    Result<CountsReply> reply = ask(*next->dialect, next->question);
    if (reply) {
      round.take(std::move(reply->series), reply->bytes);
    } else {
      round.take(reply.error(), 0);
    }
  }
  return std::move(round.answers());
}

}  // namespace

// The activators come first: what they have passed on the pods have counted by then (activator.h).
std::map<std::string, Result<MetricsReply>> SharedCounts::ask(const std::vector<CountsWish>& wishes,
                                                              TimePoint now) {
  std::map<std::string, Result<MetricsReply>> answers;
  auto activators = all_of(CountsRound(wishes, now, activators_),
                           [this](auto&... question) { return source_.activators(question...); });
  std::vector<CountsWish> rest;
  for (const CountsWish& wish : wishes) {
    const auto& reply = activators.at(wish.who);
    if (reply) {
      rest.push_back(wish);
    } else {
      answers.emplace(wish.who, reply.error());
    }
  }
  auto pods = all_of(CountsRound(rest, now, pods_),
                     [this](auto&... question) { return source_.pods(question...); });
  for (const CountsWish& wish : rest) {
    auto& reply = pods.at(wish.who);
    if (!reply) {
      answers.emplace(wish.who, reply.error());
      continue;
    }
    answers.emplace(wish.who,
                    MetricsReply{*std::move(reply), *std::move(activators.at(wish.who)), {}});
  }
  return answers;
}

}  // namespace freshet
