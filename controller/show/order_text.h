// A person's command in the form in which it stands on a TrackedService. Pure.
#pragma once

#include <string>
#include <vector>

#include "controller/show/detail.h"

namespace freshet {

struct OrderWords {
  std::string verb;                  // promote, abort, …: annotation freshet.dev/<verb>
  std::vector<std::string> options;  // "--full", "--to=checkout-00007"
  std::string reason;
  bool names_rollout = false;  // it is meant for the rollout, and the step, seen now
};

// "<id> [--option…] --by=NAME [reason]", the form the planner reads (controller/planner/command.h).
// A retry names the state that was seen, if its options do not: what is rejected after it is not
// meant.
std::string order_text(const OrderWords& order, const ServiceDetail& seen, const std::string& id,
                       const std::string& user);

// Checks the words of a person that go into an annotation: one line, no options inside.
Status check_reason(const std::string& reason);

}  // namespace freshet
