// A Lease as a server keeps it, and candidates whose requests may be lost on the way.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "controller/kube/lease.h"

namespace freshet::testing {

inline const TimePoint kWall = *parse_rfc3339("2026-11-29T02:10:00Z");

enum class Fate {
  kArrives,
  kSlow,       // the reply comes a second later
  kLost,       // no answer, nothing done
  kReplyLost,  // no answer, but done
  kConflict,   // 409
  kForbidden,  // 403
};

struct LeaseServer {
  std::optional<LeaseRecord> lease;
  int version = 0;

  void put(LeaseRecord record) {
    record.version = std::to_string(++version);
    lease = std::move(record);
  }
  // As a person with kubectl, or a replica that knows no guards.
  void steal(const std::string& holder) { put({holder, seconds(15), "x", "x", 1, ""}); }
  Result<LeaseRecord> carry_out(const LeaseRequest& request) {
    const bool creates = request.kind == LeaseRequest::Kind::kCreate;
    if (!creates && !lease) return make_error(ErrorKind::kNotFound, "HTTP 404");
    if (request.kind == LeaseRequest::Kind::kRead) return *lease;
    const bool is_stale = creates ? lease.has_value() : lease->version != request.record.version;
    if (is_stale) return make_error(ErrorKind::kConflict, "HTTP 409");
    put(request.record);
    return *lease;
  }
};

struct LeaseReplica {
  LeaseReplica(std::string identity, LeaseServer& kept_by)
      : candidate(std::move(identity), {}), server(kept_by) {}

  // The request that is due, if one is, and what becomes of it. `now` by the replica's own clock.
  LeaseRequest::Kind turn(Duration now, Fate fate = Fate::kArrives) {
    const LeaseRequest request = candidate.next(now, wall + now);
    if (request.kind == LeaseRequest::Kind::kNothing) return request.kind;
    const Result<LeaseRecord> answer = meet(request, fate);
    const Duration after = now + (fate == Fate::kSlow ? seconds(1) : seconds(0));
    if (request.kind == LeaseRequest::Kind::kRead) {
      candidate.on_read(answer, after);
    } else {
      candidate.on_write(answer, now, after);
    }
    return request.kind;
  }
  // Takes the Lease, which is free.
  void lead(Duration now) {
    turn(now);
    turn(now);
  }

  LeaseCandidate candidate;
  LeaseServer& server;
  TimePoint wall = kWall;  // its wall clock when its boot clock began; may be wrong

 private:
  Result<LeaseRecord> meet(const LeaseRequest& request, Fate fate) {
    switch (fate) {
      case Fate::kArrives:
      case Fate::kSlow: return server.carry_out(request);
      case Fate::kLost: break;
      case Fate::kReplyLost: (void)server.carry_out(request); break;
      case Fate::kConflict: return make_error(ErrorKind::kConflict, "HTTP 409");
      case Fate::kForbidden: return make_error(ErrorKind::kForbidden, "HTTP 403");
    }
    return make_error(ErrorKind::kTransient, "no answer");
  }
};

}  // namespace freshet::testing
