// Questions about what was seen, each with one answer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/planner/pass.h"

namespace freshet::planning {

// By name and, where it is known, uid; null where there is none or it is being deleted.
const RevisionView* find_revision(const Observation& seen, const RevisionName& name,
                                  const std::optional<Uid>& uid = std::nullopt);
const RevisionView* stable_view(const Pass& pass);
// A Revision that is not there for so long is gone; shorter may be news that comes late.
inline constexpr Duration kGoneFor = seconds(30);
bool is_ready(const RevisionView* revision);
// These digests in the template of one or the other. The image of a container that is not followed
// counts as it is written.
Pair pair_of(const Pass& pass, DigestSet digests, const ServiceView& service);
Pair pair_of(const Pass& pass, DigestSet digests, const RevisionView& revision);
// The digests of the followed containers; nullopt where one of them is not resolved (yet).
std::optional<DigestSet> followed_digests(const Pass& pass, const RevisionView& revision);

// The Revision of a rollout's candidate: by name once it is known, else by our annotation on its
// template. Its digests may differ from the intended ones (see digest_mismatch).
const RevisionView* candidate_view(const Pass& pass, const Rollout& rollout);

// The Revision that Knative made of the present template; null while it has not.
const RevisionView* revision_of_template(const Pass& pass);
// What the present template would run; nullopt while it cannot be told.
std::optional<Pair> present_pair(const Pass& pass);
// What the followed tags name; nullopt unless every one of them is confirmed. A rebuild of what
// stable or the candidate runs stands for that (rollout.sameContent: Skip): nothing is new.
std::optional<DigestSet> confirmed_digests(const Pass& pass);
// The two differ in rebuilds of the same content alone, and those are skipped.
bool is_rebuild_of(const Pass& pass, const DigestSet& a, const DigestSet& b);
bool is_same(const Pass& pass, const Pair& a, const Pair& b);  // or a rebuild of it

// Whose the template is: with TrafficOnly someone else changes it, and puts it right.
bool writes_template(const Pass& pass);
bool reverts_template(const Pass& pass);

// Knative has looked at the newest spec and every target of it is programmed. Its conditions alone
// do not tell: where its write of the Route meets a conflict, they are the old ones, and the newest
// generation counts as observed.
bool is_settled(const ServiceView& service);
// status.traffic shows the core's own percents, whether they are programmed already or not.
bool serves_as_asked(const Pass& pass);
// The core's own percents are what Knative shows as programmed.
bool is_programmed(const Pass& pass);
// Someone else's percents stand in spec.traffic.
bool is_foreign_edit(const Pass& pass);

// The RolloutApproval of this rollout; null if nobody gave one.
const RolloutApprovalSpec* find_approval(const Pass& pass, const Rollout& rollout);
// A policy asks for approval before promotion, and nobody has given it.
bool lacks_approval_to_promote(const Pass& pass, const Rollout& rollout);
// "approved by alice (claimed): reason", or "".
std::string approval_text(const Pass& pass, const Rollout& rollout);

// The verdict is about this candidate.
bool verdict_counts(const Pass& pass);
bool is_held_for(const Pass& pass, AnalysisHold hold);  // the verdict says so
// The verdict by the mode of analysis: with ReadinessOnly being Ready is all that is asked.
VerdictKind effective_verdict(const Pass& pass);

std::string image_text(const Pair& pair);  // "9c1e4a7b2f30", for sentences
std::string at_text(TimePoint t);          // "02:10:00Z", for sentences

}  // namespace freshet::planning
