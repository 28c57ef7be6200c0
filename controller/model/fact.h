// Fact: what happened, for status, Events, logs and messages.
#pragma once

#include <string>

namespace freshet {

struct Fact {
  std::string reason;   // CandidateFound, StepAdvanced, RolledBack, Promoted, …
  std::string message;  // a sentence
  bool warning = false;
  bool operator==(const Fact&) const = default;
};

}  // namespace freshet
