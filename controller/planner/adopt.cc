// Adoption: a checklist, read only until every check passes.
#include "controller/planner/adopt.h"

#include <algorithm>
#include <array>

#include "base/relapse.h"
#include "base/text.h"
#include "controller/planner/decide.h"
#include "controller/planner/explain.h"
#include "controller/planner/holds.h"
#include "controller/planner/ledger.h"
#include "controller/planner/look.h"
#include "controller/planner/managed.h"
#include "controller/planner/phases.h"
#include "controller/planner/recover.h"

namespace freshet::planning {
namespace {

using Problem = std::optional<Explanation>;

// Adopted before: what was found out then (metrics, the traffic tag) is not asked again.
bool is_readopted(const Pass& pass) { return pass.origin != CoreOrigin::kNone; }

Problem managed_by_another_tool(const Pass& pass) {
  const auto managed = managed_elsewhere(pass.service, pass.rules());
  if (!managed) return {};
  return not_ready(managed->reason, managed->message + "; " + managed->fix,
                   "nothing is written until then");
}

Problem spec_is_invalid(const Pass& pass) {
  if (!pass.seen.spec_invalid) return {};
  return not_ready("InvalidSpec",
                   printable(pass.seen.spec_problem.empty() ? "the spec does not parse"
                                                            : pass.seen.spec_problem),
                   "correct the spec");
}

Problem suspended(const Pass& pass) {
  if (!pass.spec().suspend) return {};
  return not_ready("Suspended", "spec.suspend is set: the Service is not adopted",
                   "set suspend: false");
}

Problem images_are_not_known(const Pass& pass) {
  if (!pass.seen.images.empty() && pass.seen.image_problem.empty()) return {};
  const std::string& problem = pass.seen.image_problem;
  return not_ready(problem.starts_with("NoTag") ? "NoTag" : "InvalidSpec",
                   problem.empty() ? "which images to follow is not known" : printable(problem),
                   "name the image to follow in spec.images");
}

Problem not_settled(const Pass& pass) {
  const ServiceView& service = pass.service;
  if (!is_settled(service)) {
    const std::string words = service.routes_ready.message.empty()
                                  ? "status shows " + to_string(service.observed_traffic)
                                  : printable(service.routes_ready.message);
    return not_ready("ServiceNotReady",
                     "Knative has not programmed the Service's traffic: " + words,
                     "adoption goes on when it has, or adopt --to=REVISION settles it");
  }
  if (is_readopted(pass) || service.ready.status == Tri::kTrue) return {};
  return not_ready("ServiceNotReady",
                   "the Service is not Ready: " + printable(service.ready.message),
                   "adoption goes on when it is, or adopt --to=REVISION settles it");
}

Problem a_person_split_traffic(const Pass& pass) {
  const Traffic shares = serving(pass.service.observed_traffic);
  if (shares.size() == 1 && shares.front().revision) return {};
  Explanation out = not_ready(
      "Split", "several Revisions serve (" + to_string(shares) + "); a person's split is respected",
      "adoption goes on when one serves, or adopt --to=REVISION "
      "settles it");
  out.holds.push_back(own_hold(pass, is_readopted(pass) ? "ForeignEdit" : "Split", out.message));
  return out;
}

Problem serving_is_not_ready(const Pass& pass) {
  const RevisionView* one = one_that_serves(pass);
  if (is_ready(one)) return {};
  return not_ready("ServiceNotReady",
                   one == nullptr
                       ? "the Revision that serves is not known yet"
                       : one->name.get() + " is not Ready: " + printable(one->ready.message),
                   "adoption goes on when it is");
}

Problem digest_is_not_known(const Pass& pass) {
  const RevisionView* one = one_that_serves(pass);
  if (one != nullptr && followed_digests(pass, *one)) return {};
  return not_ready("NoDigest",
                   "Knative shows no digest for the followed containers of the "
                   "Revision that serves",
                   "let Knative resolve the tag (registries-skipping-tag-resolving), or write the "
                   "image as repository:tag@sha256:…");
}

Problem no_metrics(const Pass& pass) {
  if (is_readopted(pass) || pass.spec().analysis.mode == AnalysisMode::kReadinessOnly) return {};
  if (pass.seen.metrics == MetricsFinding::kUsable) return {};
  const std::string name = one_that_serves(pass)->name.get();
  if (!pass.seen.metrics) {
    return not_ready("MetricsUnknown", "Prometheus could not be asked for requests of " + name,
                     "it is asked again");
  }
  return not_ready("NoMetrics", missing_metrics(*pass.seen.metrics, name),
                   "it is looked again; analysis.mode: ReadinessOnly goes without");
}

Problem tag_is_taken(const Pass& pass) {
  if (is_readopted(pass) || pass.service.template_rollout_id) return {};
  const std::string problem = tag_in_use(pass);
  if (problem.empty()) return {};
  return not_ready("TagTaken", problem, "take it off, or set rollout.tag");
}

using Check = Problem (*)(const Pass&);
constexpr std::array<Check, 4> kChecks = {
    managed_by_another_tool,
    spec_is_invalid,
    suspended,
    images_are_not_known,
};
constexpr std::array<Check, 6> kChecksOfWhatServes = {
    not_settled, a_person_split_traffic, serving_is_not_ready, digest_is_not_known,
    no_metrics,  tag_is_taken,
};

// The core is lost or damaged, and spec.traffic gives all requests to what status remembers as
// stable: it is, whether it runs or not.
const RevisionView* remembered_stable(const Pass& pass) {
  if (pass.origin != CoreOrigin::kLost && pass.origin != CoreOrigin::kDamaged) return nullptr;
  const auto& mirror = pass.seen.mirror;
  if (!mirror || mirror->service != pass.service.uid || !mirror->stable) return nullptr;
  const RevisionRef& stable = *mirror->stable;
  if (share_of(serving(pass.service.traffic), stable.name) != 100) return nullptr;
  const RevisionView* revision = find_revision(pass.seen, stable.name);
  return revision != nullptr && revision->uid == stable.uid ? revision : nullptr;
}

bool follows_latest(const Traffic& traffic) {
  return std::ranges::any_of(traffic, [](const TrafficTarget& entry) {
    return !entry.revision && entry.percent.get() > 0;
  });
}

// What a person leaves for another Revision is not rolled out again by itself, though the template
// still asks for it.
std::string reject_what_is_left(const Pass& pass, Core& next) {
  if (pass.origin != CoreOrigin::kOurs || !pass.core.stable) return "";
  const Rollout* rollout = pass.rollout();
  const Pair& left = rollout == nullptr ? pass.core.stable->pair : rollout->candidate.pair;
  if (left == next.stable->pair || (rollout == nullptr && present_pair(pass) != left)) return "";
  reject(next, left, pass.now + pass.rules().rejection_expires,
         "it was left for " + next.stable->name.get() + " by hand");
  return "; " + image_text(left) + ", which was left for it, is rejected";
}

Transition pin(const Pass& pass, const RevisionView& revision, const DigestSet& digests,
               const std::string& by) {
  Core next = enter(pass.core, Idle{}, pass.now);
  next.stable = RevisionRef{revision.name, revision.uid, pair_of(pass, digests, revision)};
  if (relapsed(Relapse::kRegistryBaseline)) {
    next.stable->pair.digests = confirmed_digests(pass).value_or(digests);
  }
  // What serves by name may be our own pin; what was found before it is in the mirror.
  next.adopted_latest_revision = follows_latest(pass.service.traffic) ||
                                 (is_recovering(pass) && pass.core.adopted_latest_revision);
  const bool is_left = stable_view(pass) != nullptr;  // and not gone
  const std::string left = is_left ? reject_what_is_left(pass, next) : "";
  const std::string sentence = revision.name.get() + " (" + to_string(digests) +
                               ") is stable; its traffic is pinned by name" + by + left;
  return write(pass, {std::move(next), true, KeepTemplate{}, false, "adopt"},
               fact("Adopted", sentence));
}

}  // namespace

const RevisionView* one_that_serves(const Pass& pass) {
  const Traffic shares = serving(pass.service.observed_traffic);
  if (shares.size() != 1 || !shares.front().revision) return nullptr;
  return find_revision(pass.seen, *shares.front().revision);
}

std::optional<Explanation> adoption_problem(const Pass& pass) {
  for (const Check check : kChecks) {
    if (auto problem = check(pass)) return problem;
  }
  if (remembered_stable(pass) != nullptr) return std::nullopt;
  for (const Check check : kChecksOfWhatServes) {
    if (auto problem = check(pass)) return problem;
  }
  return std::nullopt;
}

Transition adopt_as_found(const Pass& pass) {
  if (auto problem = adoption_problem(pass)) {
    return wait(pass, *std::move(problem), pass.now + 2 * kSoon);
  }
  if (const RevisionView* known = remembered_stable(pass)) {
    const DigestSet& remembered = pass.seen.mirror->stable->pair.digests;
    return pin(pass, *known, followed_digests(pass, *known).value_or(remembered), ", as before");
  }
  const RevisionView& revision = *one_that_serves(pass);
  return pin(pass, revision, *followed_digests(pass, revision), "");
}

AdoptAnswer adopt_named(const Pass& pass, const RevisionName& name, const std::string& by) {
  const RevisionView* revision = find_revision(pass.seen, name);
  if (revision == nullptr) return {"there is no Revision " + name.get() + " of this Service", {}};
  if (!is_ready(revision)) return {name.get() + " is not Ready", {}};
  const auto digests = followed_digests(pass, *revision);
  if (!digests) return {"the digests of " + name.get() + " are not known", {}};
  return {"", pin(pass, *revision, *digests, " (" + by + ")")};
}

Decision adopt_what_is_left(const Pass& pass) {
  if (pass.origin != CoreOrigin::kOurs || !pass.core.stable || stable_view(pass) != nullptr) {
    return {};
  }
  const RevisionView* left = one_that_serves(pass);
  const auto digests = is_ready(left) ? followed_digests(pass, *left) : std::nullopt;
  if (!digests || pass.seen.spec_invalid || pass.now - pass.core.since < kGoneFor) return {};
  Pass ending = pass;
  const std::string gone = pass.core.stable->name.get() + " does not exist any more";
  if (const Rollout* rollout = pass.rollout()) {
    remember(ending.memo, history_entry(pass, *rollout, "Aborted", gone, pass.now));
  }
  ending.facts.push_back(warning("StableGone", gone + "; " + left->name.get() +
                                                   " has all requests, and nothing else is left"));
  return pin(ending, *left, *digests, "");
}

Transition adopting(const Pass& pass) { return adopt_as_found(pass); }

}  // namespace freshet::planning
