// Orders: a person's command to the controller, written as an annotation and waited for.
#pragma once

#include <string>

#include "base/time.h"
#include "controller/cli/context.h"
#include "controller/show/order_text.h"

namespace freshet {

struct Order : OrderWords {
  std::string service;
  Duration timeout = seconds(60);  // for the answer
};

// Who gives it, as claimed: anyone can set USER. One word, so that it stays an option.
std::string user_name(const Context& context);

// Tells that there was no answer in time; its exit code.
int no_answer(Context& context, const Order& order);

// Writes it, waits, tells the answer. Exit codes: accepted 0, refused 1, no answer in time 3.
int give_order(Context& context, ClusterConnection& cluster, const Order& order);

}  // namespace freshet
