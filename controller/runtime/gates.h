// Gates: finds out beside the passes what the planner asks of candidates. It never makes a pass
// wait, and decides nothing: the planner folds what each attempt came to.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/exchanges.h"
#include "controller/model/gates.h"
#include "controller/runtime/gate_http.h"

namespace freshet {

class Gates {
 public:
  // Without exchanges no gate can be told.
  Gates(HttpExchanges* exchanges, const Clock& clock) : exchanges_(exchanges), clock_(clock) {}

  // What a pass of `follower` wants to know now. The same question as before goes on, another one
  // replaces it; nullopt: nothing (any more). Its times are by the API server's clock, which is
  // `ahead` of ours now; from here on time goes by what no clock that is set anew changes.
  void ask(const ServiceKey& follower, const std::optional<GateQuestion>& question,
           Duration ahead = Duration{0});
  // What a pass has found out by itself (a TaskRun), as ended() says at the next one.
  void tell(const ServiceKey& follower, const GateQuestion& question, GateAttempt attempt);
  // The attempt at its present question, once it has ended.
  std::optional<GateAttempt> ended(const ServiceKey& follower) const;

  // Sends what is to be sent and takes the answers that come, waiting for them at most so long.
  // Returns the followers whose attempts have ended. One caller at a time.
  std::vector<ServiceKey> drive(Duration at_most);
  std::optional<TimePoint> next_due() const;  // now, while something waits to be sent

 private:
  struct Asked {
    GateQuestion question;
    GateTally tally;
    std::uint64_t id = 0;  // of the request under way; 0: none
    std::optional<GateAttempt> attempt;
    TimePoint epoch{};  // the API server's time when our monotonic clock was zero
  };
  TimePoint now_for(const Asked& asked) const { return asked.epoch + clock_.monotonic(); }
  bool send();                                                         // false: nothing was
  void take(const EndedExchange& end, std::vector<ServiceKey>& told);  // mutex_ held

  HttpExchanges* exchanges_;
  const Clock& clock_;

  mutable std::mutex mutex_;  // guards what follows
  std::map<ServiceKey, Asked> asked_;
  std::map<std::uint64_t, ServiceKey> under_way_;
  std::uint64_t last_id_ = 0;
};

}  // namespace freshet
