// HttpExchanges on virtual time: each answer takes as long as the test says, and waiting moves the
// clock.
#pragma once

#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/exchanges.h"

namespace freshet {

class DelayedExchanges final : public HttpExchanges {
 public:
  struct Answer {
    Result<HttpResponse> reply;
    Duration takes{};
  };
  using Answers = std::function<Answer(const HttpRequest& request)>;

  DelayedExchanges(ManualClock& clock, Answers answers)
      : clock_(clock), answers_(std::move(answers)) {}

  // An answer that takes longer than the request's timeout becomes that timeout.
  void start(std::uint64_t id, HttpRequest request) override {
    Answer answer = answers_(request);
    if (answer.takes > request.timeout) {
      answer = {make_error(ErrorKind::kTimeout, "no answer in time"), request.timeout};
    }
    flights_.emplace(clock_.now() + answer.takes, EndedExchange{id, std::move(answer.reply)});
  }

  std::vector<EndedExchange> wait(Duration at_most) override {
    if (auto act = std::exchange(during_next_wait, nullptr)) act();
    if (!std::exchange(woken_, false)) {
      const TimePoint until = clock_.now() + at_most;
      const TimePoint next = flights_.empty() ? until : std::min(until, flights_.begin()->first);
      clock_.set(std::max(clock_.now(), next));
    }
    std::vector<EndedExchange> ended;
    while (!flights_.empty() && flights_.begin()->first <= clock_.now()) {
      ended.push_back(std::move(flights_.begin()->second));
      flights_.erase(flights_.begin());
    }
    return ended;
  }

  void wake() override { woken_ = true; }

  std::function<void()> during_next_wait;  // as another thread would do it

 private:
  ManualClock& clock_;
  Answers answers_;
  std::multimap<TimePoint, EndedExchange> flights_;  // by when they end
  bool woken_ = false;
};

}  // namespace freshet
