// An election over one coordination.k8s.io/v1 Lease, as one candidate sees it: a state machine
// without I/O, clock or randomness. Source of the rules and figures: client-go
// tools/leaderelection.
//
// Times called `now` are boot times of this machine. What other candidates' clocks say is never
// compared: a Lease runs out so long after this candidate last saw it change.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "base/json.h"
#include "base/time.h"

namespace freshet {

struct LeaseTimes {
  Duration duration = seconds(15);  // without a renewal for so long, and others may take it
  Duration renew = seconds(10);     // so long after the start of its last renewal a holder stops
  Duration retry = seconds(2);      // between two renewals
  bool operator==(const LeaseTimes&) const = default;
};
// duration > renew > retry × 1.2; the duration in whole seconds, retry at least 100ms.
Status check_lease_times(const LeaseTimes& times);

// The spec of a Lease.
struct LeaseRecord {
  std::string holder;    // "": nobody
  Duration duration{};   // that its holder asked for
  std::string acquired;  // by the holder's clock, as written: for people
  std::string renewed;   // likewise; that it changes says that the holder lives
  std::int64_t transitions = 0;
  std::string version;  // resourceVersion
  bool operator==(const LeaseRecord&) const = default;
};
LeaseRecord lease_record(const Json& lease);                            // what is missing is empty
Json lease_object(const std::string& name, const LeaseRecord& record);  // to be created
Json lease_patch(const LeaseRecord& record);  // RFC 7386, guarded by record.version
// As the API demands of a MicroTime: "2026-11-29T02:10:00.000000Z".
std::string format_micro_time(TimePoint t);

struct LeaseRequest {
  enum class Kind {
    kNothing,  // until `due`
    kRead,
    kCreate,  // `record`
    kUpdate,  // to `record`, guarded by its version
  };
  Kind kind = Kind::kNothing;
  Duration due{};
  LeaseRecord record;
  bool operator==(const LeaseRequest&) const = default;
};

class LeaseCandidate {
 public:
  // `identity` is nobody else's, not even a former self's.
  LeaseCandidate(std::string identity, LeaseTimes times);

  // What is to be sent now. `wall` is what the record tells people.
  LeaseRequest next(Duration now, TimePoint wall);
  // The answer to a kRead; kNotFound: there is no such Lease yet.
  void on_read(const Result<LeaseRecord>& answer, Duration now);
  // The answer to a kCreate or kUpdate that was sent at `sent`: the Lease as it is now.
  void on_write(const Result<LeaseRecord>& answer, Duration sent, Duration now);
  // No more: what comes next gives the Lease back, if this candidate holds it. Only once all that
  // the Lease guards is done.
  void leave(Duration now);

  // How long what the Lease guards may go on; nothing unless this candidate leads.
  Duration time_left(Duration now) const;
  // It led and may not any more, for good: why. "": not so.
  std::string lost(Duration now) const;
  bool is_gone() const { return std::holds_alternative<Gone>(standing_); }  // leave() is done
  std::string holder() const { return seen_ ? seen_->holder : ""; }         // as last seen
  const std::string& trouble() const { return trouble_; }  // of the last exchange; "": none

 private:
  struct Standby {};
  struct Leading {
    Duration renewed_at{};  // when the last renewal that arrived was sent
  };
  struct Lost {
    std::string why;
  };
  struct Leaving {};
  struct Gone {};

  void settle(Duration now);
  void see(std::optional<LeaseRecord> record, Duration now);
  void fail(const Error& error, Duration now);
  bool may_take(Duration now) const;
  LeaseRecord wanted(TimePoint wall) const;
  Duration runs_out_at() const;  // of seen_, if its holder is silent

  const std::string identity_;
  const LeaseTimes times_;
  std::variant<Standby, Leading, Lost, Leaving, Gone> standing_;
  std::optional<LeaseRecord> seen_;  // nullopt: none yet, or there is none
  Duration changed_at_{};            // when seen_ was first seen as it is
  bool is_fresh_ = false;            // seen_ was read just now: what is written next may rest on it
  Duration due_{};
  std::string trouble_;
};

}  // namespace freshet
