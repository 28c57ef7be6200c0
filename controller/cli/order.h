// Orders: a person's command to the controller, written as an annotation and waited for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "controller/cli/context.h"
#include "controller/cli/detail.h"

namespace freshet {

struct Order {
  std::string verb;  // promote, abort, …: annotation freshet.dev/<verb>
  std::string service;
  std::vector<std::string> options;  // "--full", "--to=checkout-00007"
  std::string reason;
  bool names_rollout = false;      // it is meant for the rollout, and the step, seen now
  Duration timeout = seconds(60);  // for the answer
};

// "<id> [--option…] --by=NAME [reason]", the form the planner reads (controller/planner/command.h).
std::string order_text(const Order& order, const ServiceDetail& seen, const std::string& id,
                       const std::string& user);

// Who gives it, as claimed: anyone can set USER. One word, so that it stays an option.
std::string user_name(const Context& context);

// Checks the words of a person that go into an annotation: one line, no options inside.
Status check_reason(const std::string& reason);

// Writes it, waits, tells the answer. Exit codes: accepted 0, refused 1, no answer in time 3.
int give_order(Context& context, ClusterConnection& cluster, const Order& order);

}  // namespace freshet
