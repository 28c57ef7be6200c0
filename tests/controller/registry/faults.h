// What a broken registry makes of the poller: a tag moves, something is wrong, and either the move
// is seen all the same or what was confirmed before stays in force, and it is told why.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "controller/registry/poller.h"
#include "tests/support/fault_registry.h"

namespace freshet::faults {

inline const TimePoint kStart = *parse_rfc3339("2026-11-23T02:00:00Z");
inline constexpr const char* kManifests = "/manifests/";

using Reply = Result<HttpResponse>;
using Fault = FaultRegistry::Fault;

struct FaultRow {
  std::string from;  // of the page
  std::string sentence;
  Fault fault;
  std::string outcome;                  // of the check
  bool seen = false;                    // whether the new digest is in force after it
  std::vector<std::string> lines = {};  // exchanges; not looked at where empty
  bool wants_token = false;
};

inline bool is_head(const HttpRequest& request) { return request.method == "HEAD"; }
inline bool asks_manifest(const HttpRequest& request) {
  return request.url.find(kManifests) != std::string::npos;
}
inline bool asks_by_digest(const HttpRequest& request) {
  return request.url.find("/manifests/sha256:") != std::string::npos;
}

// The fault in answers to requests of this kind; all others are honest.
inline Fault where(bool (*kind)(const HttpRequest&), std::function<Reply(HttpResponse)> broken) {
  return [kind, broken](const HttpRequest& request, HttpResponse reply) -> Reply {
    return kind(request) ? broken(std::move(reply)) : Reply(std::move(reply));
  };
}
inline Fault head_answers(int status, HttpHeaders headers = {}) {
  return where(is_head, [status, headers](HttpResponse) {
    return HttpResponse{status, headers, ""};
  });
}
inline Fault always(Reply reply) {
  return [reply](const HttpRequest&, HttpResponse) { return reply; };
}
inline Fault none() {
  return [](const HttpRequest&, HttpResponse reply) { return reply; };
}
inline Fault head_leads_to(const std::string& location) {
  return where(is_head, [location](HttpResponse) {
    return HttpResponse{307, {{"Location", location}}, ""};
  });
}
inline Fault head_demands(const std::string& challenge) {
  return where(is_head, [challenge](HttpResponse) {
    return HttpResponse{401, {{"WWW-Authenticate", challenge}}, ""};
  });
}

inline const std::vector<std::string> kByHead = {"HEAD r.io 200", "GET r.io 200", "GET r.io 200"};

inline std::vector<std::string> by_get(int head) {
  return {"HEAD r.io " + std::to_string(head), "GET r.io 200", "GET r.io 200", "GET r.io 200"};
}

// A poller that has confirmed acme/app:1, and the registry, in which the tag has moved since.
struct MovedTag {
  explicit MovedTag(bool wants_token) {
    registry.now = now;
    before = registry.registry.push("acme/app", "1", {}, now - days(1));
    poller.set_followed({{*parse_image_reference("r.io/acme/app:1"), {}, minutes(5)}}, now);
    check();
    if (wants_token) registry.registry.ask_for_token();
    now = registry.now = now + hours(1);
    after = registry.registry.push("acme/app", "1", {}, now);
  }

  // Everything that is due, to its end; how the last check ended.
  std::string check() {
    registry.lines.clear();
    std::string outcome;
    std::vector<PollRequest> waiting;
    const auto take = [&](PollStep step) {
      std::ranges::move(step.requests, std::back_inserter(waiting));
      for (const EndedCheck& ended : step.ended) outcome = ended.outcome;
    };
    for (take(poller.start_due(now)); !waiting.empty();) {
      const PollRequest next = waiting.back();
      waiting.pop_back();
      take(poller.fold(next.id, registry.send(next.request), now));
    }
    return outcome;
  }
  TimePoint now = kStart;
  FaultRegistry registry;
  Poller poller{RegistryOptions{}};
  Digest before = *Digest::parse("sha256:" + std::string(64, '0'));
  Digest after = before;
};

inline void expect_row(const FaultRow& row) {
  SCOPED_TRACE(row.from + ": " + row.sentence);
  MovedTag world(row.wants_token);
  world.registry.fault = row.fault;
  EXPECT_EQ(world.check(), row.outcome);
  if (!row.lines.empty()) {
    EXPECT_EQ(world.registry.lines, row.lines);
  }
  const TagObservation& seen =
      *world.poller.find(poll_key(*parse_image_reference("r.io/acme/app:1"), ""));
  EXPECT_EQ(seen.confirmed->digest, row.seen ? world.after : world.before);
  const bool told = row.outcome != "confirmed" && row.outcome != "same";
  EXPECT_EQ(!seen.last_error.empty(), told) << seen.last_error;
  // Whatever it was, it is over when the registry is well again.
  world.registry.fault = none();
  world.now = world.registry.now = world.now + hours(2);
  EXPECT_EQ(world.check(), row.seen ? "same" : "confirmed");
}

}  // namespace freshet::faults
