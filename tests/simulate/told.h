// Up to when one replica was told of Revisions and of policies.
#pragma once

#include <algorithm>
#include <map>
#include <string>

#include "controller/kube/watch.h"
#include "tests/simulate/wire.h"

namespace freshet::simulate {

inline constexpr Duration kLongestUntold = kDeafAfter + minutes(1);

class Told {
 public:
  explicit Told(TimePoint began)
      : until_{
            {"revisions", began}, {"rolloutpolicies", began}, {"clusterrolloutpolicies", began}} {}

  // False: it is about something else. Of an answer that is cut nothing counts as told, nor
  // does a watch that cannot go on.
  bool note(const Exchange& exchange, TimePoint now) {
    const auto told = until_.find(exchange.as.substr(exchange.as.find(' ') + 1));
    if (told == until_.end()) return false;
    const bool succeeded = exchange.answer && exchange.answer->status / 100 == 2;
    const bool is_expired =
        succeeded && exchange.answer->body.find(R"({"type":"ERROR")") != std::string::npos;
    if (succeeded && !exchange.is_cut && !is_expired) told->second = now;
    return true;
  }
  // Something of that kind has changed.
  void note_change(const std::string& plural, TimePoint now) { changed_[plural] = now; }

  TimePoint of_revisions() const { return until_.at("revisions"); }
  // Where nothing has changed since it was told last, it knows what is so now; who has not been
  // told for longer than this has to hold.
  TimePoint of_policies(TimePoint now) const {
    return std::max(std::min(known("rolloutpolicies", now), known("clusterrolloutpolicies", now)),
                    now - kLongestUntold);
  }

 private:
  TimePoint known(const std::string& plural, TimePoint now) const {
    const auto changed = changed_.find(plural);
    const TimePoint told = until_.at(plural);
    return changed == changed_.end() || changed->second < told ? now : told;
  }

  std::map<std::string, TimePoint> until_;    // by plural
  std::map<std::string, TimePoint> changed_;  // likewise: the last time
};

}  // namespace freshet::simulate
