// Conditions.
#include "controller/sandbox/knative_state.h"

namespace freshet::sandbox {

void Condition::set(Tri now_is, std::string why, std::string words, TimePoint now) {
  if (status != now_is || reason != why || message != words || since == TimePoint{}) since = now;
  status = now_is;
  reason = std::move(why);
  message = std::move(words);
}

void combine(Condition& whole, const Condition& a, const Condition& b, TimePoint now) {
  for (const Tri bad : {Tri::kFalse, Tri::kUnknown}) {
    for (const Condition* part : {&a, &b}) {
      if (part->status != bad) continue;
      whole.set(bad, part->reason, part->message, now);
      return;
    }
  }
  whole.set(Tri::kTrue, "", "", now);
}

}  // namespace freshet::sandbox
