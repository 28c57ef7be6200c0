// Grouping, halving, handing out.
#include "analysis/prometheus_rounds.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace freshet {
namespace {

constexpr int kForgottenAfterTicks = 3;
constexpr int kLikeWindows = 2;  // the longest window of a group is at most so many of the shortest
constexpr std::size_t kRecovery = kAimedReplyBytes / 32;  // of the aim, in a round
constexpr std::size_t kLeastWeight = 1024;

auto kind_of(const CountsWish& wish) { return std::tie(wish.dialect->name, wish.left_out.tag); }

CountsQuestion together(const std::vector<CountsWish>& group, Duration window) {
  CountsQuestion out;
  out.window = window;
  out.left_out.tag = group.front().left_out.tag;
  std::set<double> bounds;
  bool all_bounds = false;
  for (const CountsWish& wish : group) {
    out.revisions.insert(out.revisions.end(), wish.revisions.begin(), wish.revisions.end());
    if (!wish.left_out.host.empty()) out.more_hosts.insert(wish.left_out.host);
    if (wish.bounds) bounds.insert(wish.bounds->begin(), wish.bounds->end());
    all_bounds = all_bounds || !wish.bounds;
  }
  if (!all_bounds) out.bounds.emplace(bounds.begin(), bounds.end());
  return out;
}

std::size_t count_series(const SeriesByRevision& all, const std::vector<RevisionKey>& keys) {
  std::size_t count = 0;
  for (const RevisionKey& key : keys) {
    const auto found = all.find(key);
    if (found == all.end()) continue;
    for (const PodSeries& pod : found->second) count += pod.counters.size();
  }
  return count;
}

}  // namespace

std::size_t ReplyWeights::expected(const std::string& who, Duration window) const {
  const auto found = known_.find(who);
  if (found == known_.end()) return kUnknownReplyBytes;
  const Weight& weight = found->second;
  if (window <= weight.window) return weight.bytes;
  const double longer = to_seconds(window) / to_seconds(weight.window);
  return static_cast<std::size_t>(static_cast<double>(weight.bytes) * longer);
}

void ReplyWeights::learn(const std::string& who, std::size_t bytes, Duration window) {
  known_[who] = {std::max(bytes, kLeastWeight), std::max<Duration>(window, seconds(1))};
}

void ReplyWeights::refused(std::size_t expected) {
  aim_ = std::max(std::min(aim_, expected) / 2, kLeastReplyBytes);
}

void ReplyWeights::next_round(const std::vector<CountsWish>& wishes) {
  std::set<std::string_view> present;
  for (const CountsWish& wish : wishes) present.insert(wish.who);
  std::erase_if(known_, [&](const auto& entry) { return !present.contains(entry.first); });
  aim_ = std::min(aim_ + kRecovery, kAimedReplyBytes);
}

CountsRound::CountsRound(std::vector<CountsWish> wishes, TimePoint now, ReplyWeights& weights)
    : now_(now), weights_(weights) {
  weights_.next_round(wishes);
  std::ranges::sort(wishes, [](const CountsWish& a, const CountsWish& b) {  // short windows first
    return std::tuple(kind_of(a), b.since, std::string_view(a.who)) <
           std::tuple(kind_of(b), a.since, std::string_view(b.who));
  });
  std::size_t weight = 0;
  for (CountsWish& wish : wishes) {
    const std::size_t more = weights_.expected(wish.who, window(wish));
    const bool fits = !groups_.empty() && kind_of(groups_.back().front()) == kind_of(wish) &&
                      window(wish) <= kLikeWindows * window(groups_.back().front()) &&
                      groups_.back().size() < kMaxCanariesTogether &&
                      weight + more <= weights_.aim();
    if (!fits) {
      groups_.emplace_back();
      weight = 0;
    }
    weight += more;
    groups_.back().push_back(std::move(wish));
  }
}

std::optional<CountsRound::Question> CountsRound::next() const {
  if (groups_.empty()) return std::nullopt;
  const Group& group = groups_.front();
  Duration longest{};
  for (const CountsWish& wish : group) longest = std::max(longest, window(wish));
  return Question{group.front().dialect, together(group, longest)};
}

void CountsRound::take(Result<SeriesByRevision> reply, std::size_t bytes) {
  Group group = std::move(groups_.front());
  groups_.pop_front();
  if (reply) return hand_out(group, *std::move(reply), bytes);
  if (reply.error().kind == ErrorKind::kRefused && group.size() > 1) {
    weights_.refused(expected(group));
    const auto middle = group.begin() + static_cast<std::ptrdiff_t>(group.size() / 2);
    groups_.emplace_front(middle, group.end());
    groups_.emplace_front(group.begin(), middle);
    return;
  }
  fail(group, reply.error());
  if (reply.error().kind != ErrorKind::kTimeout) return;
  if (group.size() > 1) weights_.refused(expected(group));  // next time in smaller groups
  for (const Group& rest : groups_) fail(rest, reply.error());
  groups_.clear();
}

std::size_t CountsRound::expected(const Group& group) const {
  std::size_t sum = 0;
  for (const CountsWish& wish : group) sum += weights_.expected(wish.who, window(wish));
  return sum;
}

void CountsRound::hand_out(const Group& group, SeriesByRevision series, std::size_t bytes) {
  std::size_t all = 0;
  for (const auto& [key, pods] : series) {
    for (const PodSeries& pod : pods) all += pod.counters.size();
  }
  for (const CountsWish& wish : group) {
    const std::size_t share = count_series(series, wish.revisions);
    weights_.learn(wish.who, all == 0 ? 0 : bytes / all * share, window(wish));
    SeriesByRevision own;
    for (const RevisionKey& key : wish.revisions) own.insert(series.extract(key));
    answers_.insert_or_assign(wish.who, std::move(own));
  }
}

void CountsRound::fail(const Group& group, const Error& error) {
  for (const CountsWish& wish : group) answers_.insert_or_assign(wish.who, error);
}

void CountsBoard::wish(CountsWish wish, TimePoint now) {
  Place& place = places_[wish.who];
  place.wish = std::move(wish);
  place.wished_at = now;
}

// Does the answer that waits say what is wished for now?
bool CountsBoard::is_fresh(const Place& place, TimePoint now) const {
  // Whoever asked may have read the clock a little later.
  if (!place.answer || std::chrono::abs(now - *place.asked_at) >= tick_) return false;
  CountsWish asked = place.answer->asked;
  if (asked.since > place.wish.since) return false;
  asked.since = place.wish.since;
  return asked == place.wish;
}

std::optional<Result<MetricsReply>> CountsBoard::take(const std::string& who, TimePoint now) {
  const auto found = places_.find(who);
  if (found == places_.end() || !is_fresh(found->second, now)) return std::nullopt;
  std::optional<Result<MetricsReply>> reply = std::move(found->second.answer->reply);
  found->second.answer.reset();
  return reply;
}

std::vector<CountsWish> CountsBoard::due(const std::string& who, TimePoint now) {
  std::erase_if(places_, [&](const auto& entry) {
    return now - entry.second.wished_at > kForgottenAfterTicks * tick_;
  });
  std::vector<CountsWish> out;
  for (const auto& [name, place] : places_) {
    const bool lately = place.asked_at && now - *place.asked_at < tick_ / 2;
    if (name == who || (!lately && !is_fresh(place, now))) out.push_back(place.wish);
  }
  return out;
}

void CountsBoard::put(const CountsWish& asked, Result<MetricsReply> answer, TimePoint asked_at) {
  const auto found = places_.find(asked.who);
  if (found == places_.end()) return;
  found->second.asked_at = asked_at;
  found->second.answer = Answer{asked, std::move(answer)};
}

}  // namespace freshet
