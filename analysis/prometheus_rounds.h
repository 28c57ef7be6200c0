// Rounds: the counts of many canaries asked for together, in few queries. Pure: whose turn it is,
// what to ask, and whose each part of an answer is. controller/runtime/shared_counts.h sends it.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/prometheus.h"
#include "base/json.h"

namespace freshet {

inline constexpr std::size_t kAimedReplyBytes = kMaxReplyBytes * 5 / 8;  // well below the bound
inline constexpr std::size_t kLeastReplyBytes = 64 << 10;                // less is never aimed at
inline constexpr std::size_t kUnknownReplyBytes = 96 << 10;              // a canary's, at first
inline constexpr std::size_t kMaxCanariesTogether = 500;

// What one canary wants to know.
struct CountsWish {
  std::string who;  // the same from look to look, and nobody else's
  const Dialect* dialect = nullptr;
  std::vector<RevisionKey> revisions;
  TimePoint since{};  // samples from here on
  TagRequests left_out;
  std::optional<std::vector<double>> bounds;
  bool operator==(const CountsWish&) const = default;
};

// What replies weigh: learnt from those that came, and from those that were refused.
class ReplyWeights {
 public:
  std::size_t aim() const { return aim_; }  // a reply should not weigh more
  std::size_t expected(const std::string& who, Duration window) const;

  void learn(const std::string& who, std::size_t bytes, Duration window);
  void refused(std::size_t expected);  // a reply of which so much was expected
  // Once a round, with those it asks for: others are forgotten, and the aim recovers slowly.
  void next_round(const std::vector<CountsWish>& wishes);

 private:
  struct Weight {
    std::size_t bytes = 0;
    Duration window{};
  };
  std::map<std::string, Weight> known_;
  std::size_t aim_ = kAimedReplyBytes;
};

// One round of one kind of query (pods or activators): next() says what to ask until all has been
// answered by take(). Asked for together are those of one dialect and traffic tag, with windows of
// like length. What is refused as too much is halved and asked again; after a timeout nothing more
// is asked, as each further question may wait as long.
class CountsRound {
 public:
  // `weights` must outlive it.
  CountsRound(std::vector<CountsWish> wishes, TimePoint now, ReplyWeights& weights);

  struct Question {
    const Dialect* dialect = nullptr;
    CountsQuestion question;
  };
  std::optional<Question> next() const;  // nullopt: all is answered
  void take(Result<SeriesByRevision> reply, std::size_t bytes);

  // By who wished: the series of its Revisions, or why they are not known.
  std::map<std::string, Result<SeriesByRevision>>& answers() { return answers_; }

 private:
  using Group = std::vector<CountsWish>;
  Duration window(const CountsWish& wish) const { return now_ - wish.since; }
  std::size_t expected(const Group& group) const;
  void hand_out(const Group& group, SeriesByRevision series, std::size_t bytes);
  void fail(const Group& group, const Error& error);

  TimePoint now_;
  ReplyWeights& weights_;
  std::deque<Group> groups_;  // the first is being asked for
  std::map<std::string, Result<SeriesByRevision>> answers_;
};

// Wishes and the answers that wait for who wished. One look of one canary asks for all that are
// due, so that the others find their answers here, at most one `tick` old.
class CountsBoard {
 public:
  explicit CountsBoard(Duration tick) : tick_(tick) {}

  void wish(CountsWish wish, TimePoint now);
  // Its answer, once: nullopt where none waits that is fresh and covers the wish.
  std::optional<Result<MetricsReply>> take(const std::string& who, TimePoint now);
  // What a round that `who` needs should ask for: all but those who were asked for within half a
  // tick, lest one who comes between makes all be asked for twice. Who has not wished for three
  // ticks is forgotten.
  std::vector<CountsWish> due(const std::string& who, TimePoint now);
  void put(const CountsWish& asked, Result<MetricsReply> answer, TimePoint asked_at);

 private:
  struct Answer {
    CountsWish asked;
    Result<MetricsReply> reply;
  };
  struct Place {
    CountsWish wish;
    TimePoint wished_at{};
    std::optional<TimePoint> asked_at;
    std::optional<Answer> answer;
  };
  bool is_fresh(const Place& place, TimePoint now) const;

  Duration tick_;
  std::map<std::string, Place> places_;
};

}  // namespace freshet
