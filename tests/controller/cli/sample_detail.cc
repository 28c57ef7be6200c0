// A tracked service in several states.
#include "tests/controller/cli/sample_detail.h"

namespace freshet {
namespace {

TimePoint ago(Duration d) { return sample_now() - d; }

Pair pair_of(const char* digest) {
  return {{{ContainerName("app"), Digest::parse(digest).value()}}, "t:1"};
}

RevisionView revision(const char* name, const char* digest, Duration age) {
  RevisionView view;
  view.name = RevisionName(name);
  view.uid = Uid(std::string("uid-") + name);
  view.digests = pair_of(digest).digests;
  view.ready.status = Tri::kTrue;
  view.created = ago(age);
  return view;
}

RevisionStatus shown(const char* name, const char* digest, Duration image_age) {
  RevisionStatus status;
  status.name = name;
  status.uid = std::string("uid-") + name;
  status.digests = {{"app", digest}};
  status.image = "ghcr.io/acme/checkout:1.4";
  status.image_created = ago(image_age);
  return status;
}

TrafficTarget target(const char* name, int percent) {
  TrafficTarget out;
  out.revision = RevisionName(name);
  out.percent = Percent::clamp(percent);
  return out;
}

Condition ready(bool is_true) {
  Condition condition;
  condition.type = "Ready";
  condition.status = is_true ? "True" : "False";
  condition.last_transition_time = ago(hours(1));
  return condition;
}

VerdictStatus verdict() {
  VerdictStatus v;
  v.kind = "Continue";
  v.sentence = "waiting: 1,420 of about 3,600 requests, canary 3/1420 errors against 1/26980";
  v.metric = "errors";
  v.evidence_against = 1.04;
  v.threshold_against = 6.91;
  v.evidence_for = 1.5;
  v.threshold_for = 3;
  v.canary_requests = 1420;
  v.canary_errors = 3;
  v.stable_requests = 26980;
  v.stable_errors = 1;
  v.needed = 2180;
  return v;
}

HistoryEntry promotion() {
  HistoryEntry entry;
  entry.rollout = "1a2b";
  entry.from_digests = {{"app", "sha256:" + std::string(64, '0')}};
  entry.to_digests = {{"app", kOldDigest}};
  entry.revision = "checkout-00007";
  entry.outcome = "Promoted";
  entry.message = "checkout-00007 gets all requests";
  entry.started = ago(hours(50));
  entry.ended = ago(hours(48));
  return entry;
}

}  // namespace

TimePoint sample_now() { return parse_rfc3339("2026-11-23T02:20:00Z").value(); }

HoldStatus sample_hold(std::string owner, std::string reason, std::string message) {
  HoldStatus hold;
  hold.owner = std::move(owner);
  hold.reason = std::move(reason);
  hold.message = std::move(message);
  hold.since = ago(minutes(30));
  return hold;
}

ServiceDetail idle_sample() {
  ServiceDetail detail;
  detail.tracked.name = "checkout";
  detail.tracked.name_space = "shop";
  detail.tracked.spec.service = "checkout";
  detail.status.phase = "Idle";
  detail.status.message =
      "checkout-00007 (9c1e4a7b2f30) serves all requests and is what the followed tags name";
  detail.status.conditions = {ready(true)};
  detail.status.stable = shown("checkout-00007", kOldDigest, days(12));
  detail.status.image_created = ago(days(12));
  detail.status.tags = {{"ghcr.io/acme/checkout:1.4", {{kOldDigest, ago(days(11))}}}};
  detail.status.history = {promotion()};
  detail.service.emplace();
  detail.service->key = {"shop", "checkout"};
  detail.service->observed_traffic = {target("checkout-00007", 100)};
  detail.revisions = {revision("checkout-00007", kOldDigest, hours(50))};
  detail.core.emplace();
  detail.core->phase = Idle{};
  detail.core->stable =
      RevisionRef{RevisionName("checkout-00007"), Uid("uid-checkout-00007"), pair_of(kOldDigest)};
  return detail;
}

ServiceDetail shifting_sample() {
  ServiceDetail detail = idle_sample();
  Rollout rollout;
  rollout.id = "7f3a";
  rollout.candidate.pair = pair_of(kNewDigest);
  rollout.candidate.name = RevisionName("checkout-00008");
  rollout.plan = {1, 5, 20, 50};
  rollout.started = ago(minutes(20));
  detail.core->phase = Shifting{rollout, 1};
  detail.status.phase = "Shifting";
  detail.status.percent = 5;
  detail.status.step = 2;
  detail.status.step_since = ago(minutes(10));
  detail.status.verdict = verdict();
  detail.status.message =
      "checkout-00008 (77aa0c12d9e1) at step 2 of 4: 5 %; " + verdict().sentence;
  detail.status.behind_since = ago(minutes(21));
  detail.status.tags.front().digests.insert(detail.status.tags.front().digests.begin(),
                                            {kNewDigest, ago(minutes(21))});
  detail.status.candidate = shown("checkout-00008", kNewDigest, hours(3));
  detail.service->observed_traffic = {target("checkout-00007", 95), target("checkout-00008", 5)};
  detail.revisions.push_back(revision("checkout-00008", kNewDigest, minutes(19)));
  return detail;
}

ServiceDetail rejected_sample() {
  ServiceDetail detail = shifting_sample();
  detail.core->phase = Idle{};
  detail.status.phase = "Idle";
  detail.status.message = "checkout-00007 (9c1e4a7b2f30) serves all requests";
  detail.status.candidate.reset();
  detail.status.verdict.reset();
  detail.status.percent = 0;
  detail.service->observed_traffic = {target("checkout-00007", 100)};
  RejectionStatus rejection;
  rejection.digests = {{"app", kNewDigest}};
  rejection.why = "errors 5.1 % against 0.2 %";
  rejection.until = sample_now() + days(7);
  detail.status.rejected = {rejection};
  HistoryEntry entry = promotion();
  entry.rollout = "7f3a";
  entry.from_digests = {{"app", kOldDigest}};
  entry.to_digests = {{"app", kNewDigest}};
  entry.revision = "checkout-00008";
  entry.outcome = "RolledBack";
  entry.message = rejection.why;
  entry.started = ago(minutes(20));
  entry.ended = ago(minutes(5));
  detail.status.history.insert(detail.status.history.begin(), entry);
  return detail;
}

}  // namespace freshet
