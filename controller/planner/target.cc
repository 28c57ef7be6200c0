// Which pair ought to run.
#include "controller/planner/target.h"

#include "controller/planner/downgrade.h"
#include "controller/planner/ledger.h"
#include "controller/planner/look.h"

namespace freshet::planning {
namespace {

std::optional<Barred> barrier(const Pass& pass, const Pair& pair) {
  if (const Rejection* rejection = find_rejection(pass, pair)) {
    return Barred{pair, true, false, rejection->until, rejection->why};
  }
  if (const Deferral* deferral = find_deferral(pass.memo, pair, pass.now)) {
    return Barred{pair, false, false, deferral->until, deferral->why};
  }
  return std::nullopt;
}

void consider(const Pass& pass, const Pair& pair, CandidateWhy why, Targets& out) {
  if (out.start || pair == pass.core.stable->pair) return;
  if (auto barred = barrier(pass, pair)) {
    barred->of_template = why == CandidateWhy::kTemplate;
    if (!out.barred) out.barred = barred;
    return;
  }
  out.start = Target{pair, why};
}

}  // namespace

Targets find_targets(const Pass& pass) {
  Targets out;
  const auto present = present_pair(pass);
  const auto digests = confirmed_digests(pass);
  out.template_known = present.has_value();
  if (!present) return out;
  consider(pass, *present, CandidateWhy::kTemplate, out);
  if (!writes_template(pass) || !digests || *digests == present->digests) return out;
  Pair pair = *present;
  pair.digests = *digests;
  if (pair != pass.core.stable->pair) out.downgrade = downgrade(pass);
  if (out.downgrade.empty()) consider(pass, pair, CandidateWhy::kDigest, out);
  return out;
}

std::optional<Pair> newer_target(const Pass& pass, const Rollout& rollout) {
  const Pair& candidate = rollout.candidate.pair;
  const auto is_newer = [&](const Pair& pair) {
    return pair != candidate && pair != pass.core.stable->pair && !barrier(pass, pair);
  };
  const auto present = present_pair(pass);
  if (present && is_newer(*present)) return present;
  // A person's template is not taken back for a digest: the digest follows it.
  if (rollout.candidate.why == CandidateWhy::kTemplate || !writes_template(pass)) {
    return std::nullopt;
  }
  const auto digests = confirmed_digests(pass);
  if (!digests || *digests == candidate.digests) return std::nullopt;
  Pair pair = candidate;
  pair.digests = *digests;
  if (*digests == pass.core.stable->pair.digests || !is_newer(pair)) return std::nullopt;
  if (!downgrade(pass).empty()) return std::nullopt;
  return pair;
}

}  // namespace freshet::planning
