// Proofs of who gave a command: what they hold for, and what they do not.
#include "controller/model/order_proof.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

const TimePoint kNow = *parse_rfc3339("2026-11-29T12:00:00Z");
const Secret kKey{"0123456789abcdef0123456789abcdef"};
const Uid kObject{"11111111-2222"};

std::string proven(const std::string& rest) {
  return with_proof(order_id(kNow, 0x6b1f) + rest, kKey, kObject, "promote");
}

TEST(OrderProof, HoldsForItsTextObjectAndVerbWithinItsTime) {
  const std::string text = proven(" --full --by=alice a fix");
  EXPECT_TRUE(is_proven(text, kKey, kObject, "promote", kNow));
  EXPECT_TRUE(is_proven(text, kKey, kObject, "promote", kNow + kOrderProofGoodFor));
  EXPECT_TRUE(is_proven(proven(""), kKey, kObject, "promote", kNow));
  EXPECT_TRUE(text.starts_with("api-1795953600000-00006b1f --proof=")) << text;
}

TEST(OrderProof, HoldsForNothingElse) {
  const std::string text = proven(" --full --by=alice a fix");
  EXPECT_FALSE(is_proven(text, kKey, kObject, "abort", kNow));
  EXPECT_FALSE(is_proven(text, kKey, Uid("33333333"), "promote", kNow));
  EXPECT_FALSE(
      is_proven(text, Secret("another key of at least 32 bytes"), kObject, "promote", kNow));
  EXPECT_FALSE(is_proven(text, Secret(), kObject, "promote", kNow));
  EXPECT_FALSE(
      is_proven(text, kKey, kObject, "promote", kNow + kOrderProofGoodFor + milliseconds(1)));
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(is_proven(changed, kKey, kObject, "promote", kNow)) << changed;
    EXPECT_FALSE(is_proven(text.substr(0, i), kKey, kObject, "promote", kNow)) << i;
  }
  EXPECT_FALSE(is_proven(text + " ", kKey, kObject, "promote", kNow));
}

TEST(OrderProof, NeedsATimeInTheId) {
  EXPECT_FALSE(order_time("cli-1"));
  EXPECT_FALSE(order_time("api-x-1"));
  EXPECT_EQ(order_time(order_id(kNow, 1)), kNow);
  const std::string other = with_proof("cli-1 --by=alice", kKey, kObject, "promote");
  EXPECT_FALSE(is_proven(other, kKey, kObject, "promote", kNow));
}

}  // namespace
}  // namespace freshet
