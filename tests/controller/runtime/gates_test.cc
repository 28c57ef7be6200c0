// Gates beside the passes: what is asked, what is not asked again, and whose answer it is.
#include "controller/runtime/gates.h"

#include <gtest/gtest.h>

#include "tests/support/delayed_exchanges.h"

namespace freshet {
namespace {

const ServiceKey kFirst{"shop", "checkout"};
const ServiceKey kSecond{"shop", "cart"};

class GatesTest : public ::testing::Test {
 protected:
  GateQuestion question(int number = 1, int requests = 1) {
    GateQuestion out;
    out.candidate = Uid("u8");
    out.gate = {.name = "smoke", .http = HttpGateSpec{}};
    out.gate.http->requests = requests;
    out.spec = "abc";
    out.number = number;
    out.until = clock_.now() + minutes(1);
    out.url = "http://freshet-checkout.shop.example.com/";
    return out;
  }

  ManualClock clock_{from_unix_seconds(1'790'000'000)};
  int sent_ = 0;
  int status_ = 200;
  Duration takes_ = seconds(1);
  DelayedExchanges exchanges_{
      clock_, [this](const HttpRequest&) {
        ++sent_;
        return DelayedExchanges::Answer{HttpResponse{status_, {}, ""}, takes_};
      }};
  Gates gates_{&exchanges_, clock_};
};

TEST_F(GatesTest, TheSameQuestionIsSentOnce) {
  gates_.ask(kFirst, question());
  gates_.ask(kFirst, question());
  EXPECT_EQ(gates_.next_due(), clock_.now());
  EXPECT_EQ(gates_.drive(Duration{0}), std::vector<ServiceKey>{});
  EXPECT_FALSE(gates_.next_due());
  EXPECT_EQ(gates_.drive(seconds(2)), std::vector<ServiceKey>{kFirst});
  gates_.ask(kFirst, question());
  EXPECT_EQ(gates_.drive(seconds(2)), std::vector<ServiceKey>{});
  EXPECT_EQ(sent_, 1);
  ASSERT_TRUE(gates_.ended(kFirst));
  EXPECT_EQ(gates_.ended(kFirst)->outcome, GateOutcome::kPassed);
  EXPECT_FALSE(gates_.ended(kSecond));
}

TEST_F(GatesTest, AClockThatIsADayAheadTakesNoTimeFromAnAttempt) {
  const GateQuestion asked = question(1, 5);
  clock_.set(clock_.now() + hours(24));
  gates_.ask(kFirst, asked, -hours(24));
  (void)gates_.drive(Duration{0});
  EXPECT_EQ(gates_.drive(seconds(2)), std::vector<ServiceKey>{kFirst});
  EXPECT_EQ(gates_.ended(kFirst)->outcome, GateOutcome::kPassed);
}

TEST_F(GatesTest, RequestsOfOneAttemptAreSentOneAfterTheOther) {
  const TimePoint began = clock_.now();
  gates_.ask(kFirst, question(1, 5));
  EXPECT_EQ(gates_.drive(Duration{0}), std::vector<ServiceKey>{});
  EXPECT_EQ(gates_.drive(seconds(2)), std::vector<ServiceKey>{kFirst});
  EXPECT_EQ(sent_, 5);
  EXPECT_EQ(clock_.now() - began, seconds(5));
  EXPECT_TRUE(gates_.ended(kFirst));
}

TEST_F(GatesTest, TheAnswerToAQuestionThatWasReplacedIsNobodys) {
  status_ = 500;
  gates_.ask(kFirst, question(1));
  (void)gates_.drive(Duration{0});
  status_ = 200;
  takes_ = seconds(5);
  gates_.ask(kFirst, question(2));
  (void)gates_.drive(seconds(2));
  EXPECT_FALSE(gates_.ended(kFirst)) << "only the first has been answered";
  (void)gates_.drive(seconds(10));
  (void)gates_.drive(seconds(10));
  ASSERT_TRUE(gates_.ended(kFirst));
  EXPECT_EQ(gates_.ended(kFirst)->number, 2);
  EXPECT_EQ(gates_.ended(kFirst)->outcome, GateOutcome::kPassed);
  gates_.ask(kFirst, std::nullopt);
  EXPECT_FALSE(gates_.ended(kFirst));
}

TEST_F(GatesTest, WithoutAWayToAskNothingIsTold) {
  Gates gates(nullptr, clock_);
  gates.ask(kFirst, question());
  ASSERT_TRUE(gates.ended(kFirst));
  EXPECT_EQ(gates.ended(kFirst)->outcome, GateOutcome::kUnknown);
  EXPECT_EQ(gates.drive(seconds(1)), std::vector<ServiceKey>{});
}

}  // namespace
}  // namespace freshet
