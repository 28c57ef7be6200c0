// One candidate of an election: what it sends, when it leads, and when it stops.
#include "controller/kube/lease.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/controller/kube/lease_bed.h"

namespace freshet {
namespace {

using namespace std::chrono_literals;
using testing::Fate;
using testing::kWall;
using testing::LeaseReplica;
using testing::LeaseServer;
using Kind = LeaseRequest::Kind;

LeaseRecord held_by(const std::string& holder, Duration duration = 15s,
                    const std::string& renewed = "2026-11-29T02:10:00.000000Z") {
  return {holder, duration, renewed, renewed, 3, "7"};
}

TEST(LeaseTimes, MustFallFarEnough) {
  struct Row {
    const char* sentence;
    LeaseTimes times;
    std::string told;  // "": they do
  };
  const Row rows[] = {
      {"what Kubernetes' own controllers use", {}, ""},
      {"what Knative uses", {60s, 40s, 10s}, ""},
      {"a lease no longer than its deadline", {10s, 10s, 2s}, "longer than the renew deadline"},
      {"one retry, stretched by chance, up to the deadline", {15s, 12s, 10s}, "1.2 times"},
      {"a retry in no time", {15s, 10s, 0s}, "at least 100ms"},
      {"half seconds, which a Lease cannot say", {2500ms, 2s, 1s}, "whole seconds"},
      {"a lease of days", {48h, 10s, 2s}, "at most 1h"}};
  for (const Row& row : rows) {
    const Status checked = check_lease_times(row.times);
    EXPECT_EQ(checked.has_value(), row.told.empty()) << row.sentence;
    if (!checked) {
      EXPECT_NE(checked.error().message.find(row.told), std::string::npos)
          << checked.error().message;
    }
  }
}

TEST(LeaseRecord, IsWrittenAndReadAsTheApiHasIt) {
  const LeaseRecord record = held_by("a");
  const Json lease = lease_object("freshet", record);
  EXPECT_EQ(lease, Json::parse(R"({"apiVersion":"coordination.k8s.io/v1","kind":"Lease",
      "metadata":{"name":"freshet"},
      "spec":{"acquireTime":"2026-11-29T02:10:00.000000Z","holderIdentity":"a",
              "leaseDurationSeconds":15,"leaseTransitions":3,
              "renewTime":"2026-11-29T02:10:00.000000Z"}})"));
  Json read = lease;
  read["metadata"]["resourceVersion"] = "7";
  EXPECT_EQ(lease_record(read), record);
  EXPECT_EQ(lease_patch(record)["metadata"], Json({{"resourceVersion", "7"}}));
  EXPECT_EQ(lease_record(Json::object()), LeaseRecord());
  EXPECT_EQ(format_micro_time(kWall), "2026-11-29T02:10:00.000000Z");
  EXPECT_EQ(format_micro_time(kWall + 7ms), "2026-11-29T02:10:00.007000Z");
}

TEST(LeaseCandidate, TakesOnlyWhatIsFree) {
  struct Row {
    const char* sentence;
    Result<LeaseRecord> read;
    Duration silent;  // read again, unchanged, so long after
    Kind next;
  };
  const Row rows[] = {
      {"there is no Lease", make_error(ErrorKind::kNotFound, "none"), 0s, Kind::kCreate},
      {"nobody holds it", held_by("", 1s), 0s, Kind::kUpdate},
      {"its holder says nothing of a time", held_by("b", 0s), 14900ms, Kind::kNothing},
      {"it has just been seen", held_by("b"), 0s, Kind::kNothing},
      {"it was silent, not for its time", held_by("b"), 14900ms, Kind::kNothing},
      {"it was silent for its time", held_by("b"), 15s, Kind::kUpdate},
      {"its holder asked for longer", held_by("b", 40s), 39s, Kind::kNothing},
      {"and was silent for longer", held_by("b", 40s), 40s, Kind::kUpdate},
      {"its times are years ago by the holder's clock",
       held_by("b", 15s, "2001-01-01T00:00:00.000000Z"), 14s, Kind::kNothing},
      {"its times are years ahead by the holder's clock",
       held_by("b", 15s, "2101-01-01T00:00:00.000000Z"), 15s, Kind::kUpdate},
      {"its own name is in it: a reply was lost", held_by("a"), 0s, Kind::kUpdate},
      {"it may not be read", make_error(ErrorKind::kForbidden, "403"), 60s, Kind::kNothing}};
  for (const Row& row : rows) {
    LeaseCandidate a("a", {});
    a.on_read(row.read, 100s);
    a.on_read(row.read, 100s + row.silent);
    EXPECT_EQ(a.next(100s + row.silent, kWall).kind, row.next) << row.sentence;
    EXPECT_EQ(a.time_left(100s + row.silent), 0s) << row.sentence;
  }
}

TEST(LeaseCandidate, AskedAgainAStandbyLooksTwiceAsOftenAsItsHolderRenewsAndAtTheEndAtOnce) {
  LeaseCandidate a("a", {});
  EXPECT_EQ(a.next(100s, kWall).kind, Kind::kRead);
  a.on_read(held_by("b"), 100s);
  EXPECT_EQ(a.next(100s, kWall), (LeaseRequest{Kind::kNothing, 101s, {}}));
  EXPECT_EQ(a.next(101s, kWall).kind, Kind::kRead);
  a.on_read(held_by("b"), 114500ms);
  EXPECT_EQ(a.next(114500ms, kWall).due, 115s);
}

TEST(LeaseCandidate, ANoteInTheLeasesMetadataIsNoSignOfLife) {
  LeaseCandidate a("a", {});
  LeaseRecord record = held_by("b");
  a.on_read(record, 100s);
  record.version = "8";
  a.on_read(record, 115s);
  EXPECT_EQ(a.next(115s, kWall).record.version, "8");
}

TEST(LeaseCandidate, WritesWhoHoldsItSinceWhenAndTheHowManieth) {
  const std::string now = format_micro_time(kWall);
  struct Row {
    const char* sentence;
    Result<LeaseRecord> read;
    LeaseRecord written;
  };
  const Row rows[] = {{"the first of all", make_error(ErrorKind::kNotFound, "none"),
                       LeaseRecord{"a", 15s, now, now, 0, ""}},
                      {"after someone who released it", held_by("", 1s, "before"),
                       LeaseRecord{"a", 15s, now, now, 4, "7"}},
                      {"its own once more", held_by("a", 15s, "before"),
                       LeaseRecord{"a", 15s, "before", now, 3, "7"}}};
  for (const Row& row : rows) {
    LeaseCandidate a("a", {});
    a.on_read(row.read, 100s);
    EXPECT_EQ(a.next(100s, kWall).record, row.written) << row.sentence;
  }
}

TEST(LeaseCandidate, LeadsFromTheStartOfTheRenewalThatArrivedAndNoLonger) {
  LeaseServer server;
  LeaseReplica a("a", server);
  a.lead(100s);
  EXPECT_EQ(a.candidate.time_left(100s), 10s);
  EXPECT_EQ(a.candidate.next(100s, kWall).due, 102s);
  EXPECT_EQ(a.turn(102s, Fate::kSlow), Kind::kUpdate);  // arrives a second later
  EXPECT_EQ(a.candidate.time_left(103s), 9s);
  EXPECT_EQ(a.candidate.next(103s, kWall).due, 104s);
  EXPECT_EQ(a.candidate.time_left(111999ms), 1ms);
  EXPECT_EQ(a.candidate.lost(111999ms), "");
  EXPECT_EQ(a.candidate.time_left(112s), 0s);
  EXPECT_EQ(a.candidate.lost(112s), "its lease was not renewed within 10s");
}

// What becomes of a leader from 100 s on whose next requests fare as told, two seconds apart.
TEST(LeaseCandidate, RidesOutFailedRenewalsUntilItsDeadline) {
  struct Row {
    const char* sentence;
    std::vector<Fate> fates;
    Duration then;       // the time after them
    bool leads;          // at that time
    std::string told{};  // in why it has lost
  };
  const Row rows[] = {
      {"a lost request: read, renewed", {Fate::kLost, Fate::kArrives, Fate::kArrives}, 105s, true},
      {"a lost reply: its own writing is read, and renewed",
       {Fate::kReplyLost, Fate::kArrives, Fate::kArrives},
       105s,
       true},
      {"overtaken by a note in the Lease's metadata",
       {Fate::kConflict, Fate::kArrives, Fate::kArrives},
       105s,
       true},
      {"forbidden for a while", {Fate::kForbidden, Fate::kForbidden}, 105s, true},
      {"forbidden for good",
       {Fate::kForbidden, Fate::kForbidden, Fate::kForbidden, Fate::kForbidden, Fate::kForbidden},
       110s,
       false,
       "within 10s: HTTP 403"},
      {"no answer for long",
       {Fate::kLost, Fate::kLost, Fate::kLost, Fate::kLost, Fate::kLost},
       110s,
       false,
       "within 10s: no answer"},
      {"a reply that was lost is no renewal",
       {Fate::kReplyLost, Fate::kLost, Fate::kLost, Fate::kLost, Fate::kLost},
       110s,
       false,
       "within 10s: no answer"}};
  for (const Row& row : rows) {
    LeaseServer server;
    LeaseReplica a("a", server);
    a.lead(100s);
    Duration now = 102s;
    for (const Fate fate : row.fates) {
      const Duration due = a.candidate.next(now, kWall).due;
      now = std::max(now, due);
      a.turn(now, fate);
    }
    EXPECT_EQ(a.candidate.time_left(row.then) > 0s, row.leads) << row.sentence;
    EXPECT_NE(a.candidate.lost(row.then).find(row.told), std::string::npos)
        << row.sentence << ": " << a.candidate.lost(row.then);
  }
}

TEST(LeaseCandidate, ThatMissedItsDeadlineNeverLeadsAgain) {
  LeaseServer server;
  LeaseReplica a("a", server);
  a.lead(100s);
  // Suspended for a minute: nobody took the Lease, and a renewal would succeed.
  EXPECT_EQ(a.turn(160s, Fate::kArrives), Kind::kNothing);
  EXPECT_EQ(a.candidate.next(200s, kWall).kind, Kind::kNothing);
  EXPECT_EQ(a.candidate.lost(200s), "its lease was not renewed within 10s");
}

TEST(LeaseCandidate, ARenewalThatArrivesAfterTheDeadlineIsTooLate) {
  LeaseServer server;
  LeaseReplica a("a", server);
  a.lead(100s);
  const LeaseRequest renewal = a.candidate.next(109s, kWall);
  ASSERT_EQ(renewal.kind, Kind::kUpdate);
  a.candidate.on_write(server.carry_out(renewal), 109s, 110s);
  EXPECT_EQ(a.candidate.time_left(110s), 0s);
  EXPECT_NE(a.candidate.lost(110s), "");
}

TEST(LeaseCandidate, StopsAtOnceWhereItSeesThatTheLeaseWasTaken) {
  LeaseServer server;
  LeaseReplica a("a", server);
  a.lead(100s);
  server.steal("b");
  EXPECT_EQ(a.turn(102s), Kind::kUpdate);  // refused
  EXPECT_EQ(a.turn(104s), Kind::kRead);
  EXPECT_EQ(a.candidate.time_left(104s), 0s);
  EXPECT_EQ(a.candidate.lost(104s), "its lease was taken by b");
}

TEST(LeaseCandidate, WritesALeaseAnewThatSomeoneDeleted) {
  LeaseServer server;
  LeaseReplica a("a", server);
  a.lead(100s);
  server.lease.reset();
  EXPECT_EQ(a.turn(102s), Kind::kUpdate);
  EXPECT_EQ(a.turn(104s), Kind::kRead);
  EXPECT_EQ(a.turn(104s), Kind::kCreate);
  EXPECT_EQ(a.candidate.time_left(104s), 10s);
}

TEST(LeaseCandidate, GivesBackWhatItHoldsAndNothingElse) {
  LeaseServer server;
  LeaseReplica a("a", server);
  a.lead(100s);
  a.candidate.leave(101s);
  EXPECT_EQ(a.candidate.time_left(101s), 0s);
  EXPECT_EQ(a.turn(101s), Kind::kUpdate);
  EXPECT_TRUE(a.candidate.is_gone());
  EXPECT_EQ(server.lease->holder, "");
  EXPECT_EQ(server.lease->duration, 1s);
  EXPECT_EQ(server.lease->transitions, 0);

  LeaseReplica b("b", server);
  b.lead(102s);
  LeaseReplica c("c", server);
  c.turn(102s);
  c.candidate.leave(103s);
  EXPECT_EQ(c.turn(103s), Kind::kRead);
  EXPECT_TRUE(c.candidate.is_gone());

  LeaseReplica d("d", server);
  d.turn(102s);
  EXPECT_EQ(d.turn(117s), Kind::kRead);  // silent for long enough: it would be taken next
  d.candidate.leave(117s);
  EXPECT_EQ(d.turn(117s), Kind::kRead);
  EXPECT_TRUE(d.candidate.is_gone());
  EXPECT_EQ(server.lease->holder, "b");
}

TEST(LeaseCandidate, GivesBackAlsoWhatItHoldsWithoutKnowing) {
  LeaseServer server;
  LeaseReplica a("a", server);
  EXPECT_EQ(a.turn(100s), Kind::kRead);
  EXPECT_EQ(a.turn(100s, Fate::kReplyLost), Kind::kCreate);
  a.candidate.leave(101s);
  EXPECT_EQ(a.turn(101s), Kind::kRead);
  EXPECT_EQ(a.turn(101s), Kind::kUpdate);
  EXPECT_EQ(server.lease->holder, "");
}

TEST(LeaseCandidate, ALeaseThatWasReleasedIsTakenAtTheNextLook) {
  LeaseServer server;
  LeaseReplica a("a", server);
  LeaseReplica b("b", server);
  a.lead(100s);
  b.turn(100s);
  a.candidate.leave(100500ms);
  a.turn(100500ms);
  EXPECT_EQ(b.turn(101s), Kind::kRead);
  EXPECT_EQ(b.turn(101s), Kind::kUpdate);
  EXPECT_EQ(b.candidate.time_left(101s), 10s);
}

}  // namespace
}  // namespace freshet
