// What a person's command looks like on the TrackedService.
#include "controller/cli/order.h"

#include <gtest/gtest.h>

#include "tests/controller/cli/sample_detail.h"

namespace freshet {
namespace {

TEST(Order, NamesTheRolloutAndStepThatWereSeen) {
  Order order;
  order.verb = "promote";
  order.options = {"--full"};
  order.reason = " checked by hand ";
  order.names_rollout = true;
  EXPECT_EQ(order_text(order, shifting_sample(), "cli-1", "ann"),
            "cli-1 --full --rollout=7f3a --step=2 --by=ann checked by hand");
  EXPECT_EQ(order_text(order, idle_sample(), "cli-1", ""), "cli-1 --full checked by hand");
}

TEST(Order, AnAbortIsForTheRolloutWhateverItsStep) {
  Order order;
  order.verb = "abort";
  order.names_rollout = true;
  EXPECT_EQ(order_text(order, shifting_sample(), "cli-1", "ann"), "cli-1 --rollout=7f3a --by=ann");
}

TEST(Order, ARetryNamesTheStateThatWasSeen) {
  Order order;
  order.verb = "retry";
  const ServiceDetail seen = shifting_sample();
  EXPECT_EQ(order_text(order, seen, "cli-1", "ann"),
            "cli-1 --seen=" + std::to_string(seen.core->seq) + " --by=ann");
}

TEST(Order, AReasonIsOneLineOfTextAndNoOption) {
  EXPECT_TRUE(check_reason("month end"));
  EXPECT_TRUE(check_reason(""));
  EXPECT_FALSE(check_reason("two\nlines"));
  EXPECT_FALSE(check_reason("  --full"));
  EXPECT_FALSE(check_reason(std::string(301, 'x')));
}

}  // namespace
}  // namespace freshet
