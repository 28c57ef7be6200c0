// Up to when one replica was told of Revisions and of policies.
#pragma once

#include <algorithm>
#include <map>
#include <string>

#include "tests/simulate/wire.h"

namespace freshet::simulate {

class Told {
 public:
  explicit Told(TimePoint began)
      : until_{
            {"revisions", began}, {"rolloutpolicies", began}, {"clusterrolloutpolicies", began}} {}

  // False: it is about something else. What was cut off of an answer is told again.
  bool note(const Exchange& exchange, bool is_cut, TimePoint now) {
    const auto told = until_.find(exchange.as.substr(exchange.as.find(' ') + 1));
    if (told == until_.end()) return false;
    const bool succeeded = exchange.answer && exchange.answer->status / 100 == 2;
    if (succeeded && !is_cut) told->second = now;
    return true;
  }
  TimePoint of_revisions() const { return until_.at("revisions"); }
  TimePoint of_policies() const {
    return std::min(until_.at("rolloutpolicies"), until_.at("clusterrolloutpolicies"));
  }

 private:
  std::map<std::string, TimePoint> until_;  // by plural
};

}  // namespace freshet::simulate
