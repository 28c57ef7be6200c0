// Many candidates, clocks that are wrong, requests that are lost: never two of them at once.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <random>

#include "tests/controller/kube/lease_bed.h"

namespace freshet {
namespace {

using namespace std::chrono_literals;
using testing::Fate;
using testing::LeaseReplica;
using testing::LeaseServer;
using Kind = LeaseRequest::Kind;

struct Member {
  LeaseReplica replica;
  Duration booted;  // what its boot clock showed when the race began
  Duration asleep_until = 0s;
};

// Replicas whose boot clocks began at different times and whose wall clocks are wrong.
struct Race {
  explicit Race(std::uint64_t seed) : engine(seed) {
    for (auto& member : members) member = join();
  }
  int dice(int sides) { return std::uniform_int_distribution<int>(0, sides - 1)(engine); }
  std::unique_ptr<Member> join() {
    auto member =
        std::make_unique<Member>(Member{{"replica-" + std::to_string(joined++), server}, 0s});
    member->booted = seconds(dice(100000));
    member->replica.wall += std::chrono::hours(dice(200000) - 100000);
    return member;
  }
  Fate fate() {
    if (dice(100) >= trouble) return Fate::kArrives;
    constexpr Fate kFates[] = {Fate::kLost, Fate::kReplyLost, Fate::kConflict, Fate::kForbidden};
    return kFates[dice(4)];
  }
  // A tenth of a second of everybody's life.
  void go_on() {
    now += 100ms;
    for (auto& member : members) {
      if (now < member->asleep_until) continue;
      if (trouble > 0 && dice(2000) == 0) member->asleep_until = now + seconds(dice(40));
      member->replica.turn(member->booted + now, fate());
      const bool ended = !member->replica.candidate.lost(member->booted + now).empty();
      if (ended) member = join();  // started anew
    }
  }
  bool leads(const Member& member) const {
    return member.replica.candidate.time_left(member.booted + now) > 0s;
  }
  auto leaders() const {
    return std::ranges::count_if(members, [this](const auto& member) { return leads(*member); });
  }

  std::mt19937_64 engine;
  LeaseServer server;
  std::array<std::unique_ptr<Member>, 3> members;
  Duration now = 0s;
  int trouble = 30;  // of a hundred requests
  int joined = 0;
};

TEST(LeaseElection, NeverHasTwoLeadersAndHasOneAgainWhenTroubleEnds) {
  int elected = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Race race(seed);
    for (int i = 0; i < 6000; ++i) {
      race.go_on();
      ASSERT_LE(race.leaders(), 1) << "seed " << seed << " at " << format_duration(race.now);
    }
    elected += race.joined - 3;
    race.trouble = 0;
    for (auto& member : race.members) member->asleep_until = 0s;
    for (int i = 0; i < 200; ++i) race.go_on();
    EXPECT_EQ(race.leaders(), 1) << "seed " << seed;
  }
  EXPECT_GT(elected, 100) << "too little trouble to tell";
}

TEST(LeaseElection, AnotherLeadsWithinSeventeenSecondsOfALeadersDeath) {
  Race race(1);
  race.trouble = 0;
  for (int i = 0; i < 100; ++i) race.go_on();
  ASSERT_EQ(race.leaders(), 1);
  const auto leader =
      std::ranges::find_if(race.members, [&](const auto& member) { return race.leads(*member); });
  (*leader)->asleep_until = 1h;
  const Duration died = race.now;
  const auto leads_again = [&] {
    return std::ranges::any_of(
        race.members, [&](const auto& member) { return member != *leader && race.leads(*member); });
  };
  while (!leads_again()) race.go_on();
  EXPECT_LE(race.now - died, 17s);
}

TEST(LeaseElection, OfTwoWhoRaceOneLeads) {
  struct Row {
    const char* sentence;
    bool is_there;  // a Lease that nobody holds
    Kind write;
  };
  for (const Row& row : {Row{"to create it", false, Kind::kCreate},
                         Row{"to take what was released", true, Kind::kUpdate}}) {
    LeaseServer server;
    if (row.is_there) server.steal("");
    LeaseReplica a("a", server);
    LeaseReplica b("b", server);
    a.turn(100s);
    b.turn(100s);
    EXPECT_EQ(a.turn(100s), row.write) << row.sentence;
    EXPECT_EQ(b.turn(100s), row.write) << row.sentence;
    EXPECT_GT(a.candidate.time_left(100s), 0s) << row.sentence;
    EXPECT_EQ(b.candidate.time_left(100s), 0s) << row.sentence;
    EXPECT_EQ(b.turn(102s), Kind::kRead) << row.sentence;
    EXPECT_EQ(b.candidate.holder(), "a") << row.sentence;
  }
}

}  // namespace
}  // namespace freshet
