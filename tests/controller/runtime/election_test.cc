// Two replicas and one Lease in the simulated API, on one virtual clock.
#include "controller/runtime/election.h"

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "controller/net/local_transport.h"
#include "controller/runtime/paths.h"
#include "controller/sandbox/world.h"
#include "tests/support/world_clock.h"

namespace freshet {
namespace {

const ServiceKey kElectionLease{"freshet-system", "freshet"};

// What one process has: connections of its own, which may be cut, and an election.
struct Candidate {
  Candidate(sandbox::World& to, const Clock& clock, std::string name)
      : world(to),
        lease_client(transport, tokens, clock,
                     lease_client_options({.server = server()}, LeaseTimes{})),
        election(lease_client, clock,
                 {kElectionLease,
                  std::move(name),
                  {},
                  [this](const LogLine& line) {
                    lines.push_back(format_log_line(line, LogFormat::kText));
                  }}),
        fenced(transport, tokens, clock,
               {.server = server(), .time_to_write = [this] { return election.time_left(); }}) {}
  static std::string server() { return "https://" + std::string(sandbox::kKubeHost); }

  sandbox::World& world;
  bool is_cut_off = false;
  LocalTransport transport{[this](const HttpRequest& request) -> Result<HttpResponse> {
    ++sent;
    if (is_cut_off) return make_error(ErrorKind::kTransient, "cut off");
    return world.handle(request);
  }};
  TokenSource tokens{Secret()};
  KubeClient lease_client;
  std::vector<std::string> lines;
  Election election;
  KubeClient fenced;
  int sent = 0;
};

class ElectionTest : public ::testing::Test {
 protected:
  ElectionTest() {
    EXPECT_TRUE(world_.create({{"apiVersion", "v1"},
                               {"kind", "Namespace"},
                               {"metadata", {{"name", kElectionLease.name_space}}}}));
    for (const char* name : {"a", "b"}) {
      replicas_.push_back(std::make_unique<Candidate>(world_, clock_, name));
    }
  }
  // Everybody does what is due, time goes on to what is due next.
  void run_for(Duration d) {
    const TimePoint until = world_.now() + d;
    while (world_.now() < until) {
      TimePoint next = until;
      for (auto& replica : replicas_) {
        if (replica) next = std::min(next, replica->election.run_once());
      }
      EXPECT_FALSE(leads(0) && leads(1));
      world_.advance_to(std::max(next, world_.now() + milliseconds(1)));
    }
    EXPECT_FALSE(leads(0) && leads(1));
  }
  bool leads(std::size_t i) const { return replicas_[i] && replicas_[i]->election.leads(); }
  // A write of something that the election guards.
  Result<ServerReply> write(std::size_t i) {
    return replicas_[i]->fenced.merge_patch("/api/v1/namespaces/freshet-system",
                                            {{"metadata", {{"labels", {{"by", "us"}}}}}});
  }
  Json lease() { return world_.read(lease_path(kElectionLease)).value_or(Json()); }

  sandbox::World world_{{.seed = 7, .start = from_unix_seconds(1'790'000'000)}};
  WorldClock clock_{world_};
  std::vector<std::unique_ptr<Candidate>> replicas_;
};

TEST_F(ElectionTest, OneLeadsAndItAloneMayWrite) {
  run_for(minutes(1));
  EXPECT_TRUE(leads(0));
  EXPECT_EQ(replicas_[0]->election.standing(), "leading");
  EXPECT_EQ(replicas_[1]->election.standing(), "standby: a leads");
  EXPECT_TRUE(write(0));
  EXPECT_EQ(write(1).error().kind, ErrorKind::kRefused);
  EXPECT_EQ(lease()["spec"]["holderIdentity"], "a");
  EXPECT_EQ(lease()["spec"]["leaseDurationSeconds"], 15);
  EXPECT_EQ(replicas_[1]->lines,
            (std::vector<std::string>{
                "Election lease=freshet-system/freshet replica=b standing=\"standby: "
                "a leads\""}));
}

TEST_F(ElectionTest, ASecondCostsOneReadOfAStandbyAndHalfAWriteOfItsLeader) {
  run_for(seconds(10));
  const int before[] = {replicas_[0]->sent, replicas_[1]->sent};
  run_for(minutes(1));
  EXPECT_EQ(replicas_[0]->sent - before[0], 30);
  EXPECT_EQ(replicas_[1]->sent - before[1], 60);
}

TEST_F(ElectionTest, AfterADeathTheOtherLeadsWithinSeventeenSeconds) {
  run_for(seconds(31));
  replicas_[0].reset();
  run_for(seconds(17));
  EXPECT_TRUE(leads(1));
  EXPECT_EQ(lease()["spec"]["leaseTransitions"], 1);
}

TEST_F(ElectionTest, AfterACleanStopTheOtherLeadsWithinASecond) {
  run_for(seconds(31));
  replicas_[0]->election.release();
  EXPECT_FALSE(leads(0));
  EXPECT_EQ(lease()["spec"]["holderIdentity"], "");
  run_for(seconds(1) + milliseconds(10));
  EXPECT_TRUE(leads(1));
  EXPECT_EQ(replicas_[0]->election.standing(), "gone");
}

TEST_F(ElectionTest, WhoIsCutOffStopsWritingBeforeTheOtherBegins) {
  run_for(seconds(31));
  replicas_[0]->is_cut_off = true;
  run_for(seconds(10));
  EXPECT_FALSE(leads(0));
  EXPECT_FALSE(leads(1));
  const int sent = replicas_[0]->sent;
  EXPECT_EQ(write(0).error().kind, ErrorKind::kRefused);
  EXPECT_EQ(replicas_[0]->sent, sent);
  EXPECT_NE(replicas_[0]->election.lost().find("not renewed within 10s: "), std::string::npos)
      << replicas_[0]->election.lost();
  run_for(seconds(7));
  EXPECT_TRUE(leads(1));
  replicas_[0]->is_cut_off = false;
  run_for(minutes(1));
  EXPECT_FALSE(leads(0)) << "it lost its lease, and is to end";
  EXPECT_TRUE(leads(1));
}

TEST_F(ElectionTest, WithoutTheRightToLeasesNobodyLeadsAndItIsTold) {
  world_.fail(sandbox::kKubeHost, {403, R"({"kind":"Status","message":"not for you"})"},
              minutes(1));
  run_for(seconds(30));
  EXPECT_FALSE(leads(0) || leads(1));
  EXPECT_EQ(replicas_[0]->election.standing(),
            "standby: GET /apis/coordination.k8s.io/v1/namespaces/freshet-system/leases/freshet: "
            "HTTP 403: not for you");
  run_for(minutes(1));
  EXPECT_TRUE(leads(0) || leads(1));
}

}  // namespace
}  // namespace freshet
