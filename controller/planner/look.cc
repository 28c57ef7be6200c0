// Questions about what was seen.
#include "controller/planner/look.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "controller/model/same_content.h"
#include "controller/planner/template_text.h"
#include "controller/planner/traffic_intent.h"

namespace freshet::planning {
namespace {

constexpr std::size_t kOthersDigits = 8;

std::vector<ContainerName> followed_containers(const Pass& pass) {
  std::vector<ContainerName> out;
  for (const FollowedImage& image : pass.seen.images) out.push_back(image.container);
  if (out.empty() && pass.core.stable) {
    for (const auto& [container, digest] : pass.core.stable->pair.digests) {
      out.push_back(container);
    }
  }
  return out;
}

std::string hash_of_others(const Pass& pass, ImageTexts images) {
  for (const ContainerName& container : followed_containers(pass)) images.erase(container);
  std::string others;
  for (const auto& [container, image] : images) others += container.get() + "=" + image + "\n";
  return others.empty() ? "" : sha256_hex(others).substr(0, kOthersDigits);
}

// A template with a name of its own may bring back a Revision from before stable's. In the same
// configuration it is no wish for an old build: the file says which tag to follow.
bool is_taken_again(const Pass& pass, const RevisionView* made) {
  const RevisionView* stable = stable_view(pass);
  return made != nullptr && stable != nullptr && pass.service.byo_revision_name &&
         made->configuration_generation < stable->configuration_generation &&
         same_template(pair_of(pass, {}, *made), pair_of(pass, {}, *stable));
}

std::optional<Digest> written_digest(const ServiceView& service, const ContainerName& name) {
  const auto container = std::ranges::find(service.containers, name, &ContainerView::name);
  if (container == service.containers.end()) return std::nullopt;
  const auto reference = parse_image_reference(container->image);
  return reference ? reference->digest : std::nullopt;
}

}  // namespace

const RevisionView* find_revision(const Observation& seen, const RevisionName& name,
                                  const std::optional<Uid>& uid) {
  const auto found = seen.revisions.find(name);
  if (found == seen.revisions.end() || found->second.deleting) return nullptr;
  if (uid && found->second.uid != *uid) return nullptr;
  return &found->second;
}

const RevisionView* stable_view(const Pass& pass) {
  const auto& stable = pass.core.stable;
  return stable ? find_revision(pass.seen, stable->name, stable->uid) : nullptr;
}

bool is_ready(const RevisionView* revision) {
  return revision != nullptr && revision->ready.status == Tri::kTrue;
}

Pair pair_of(const Pass& pass, DigestSet digests, const ServiceView& service) {
  return {std::move(digests), service.template_hash, hash_of_others(pass, service.images)};
}

Pair pair_of(const Pass& pass, DigestSet digests, const RevisionView& revision) {
  return {std::move(digests), revision.template_hash, hash_of_others(pass, revision.images)};
}

std::optional<DigestSet> followed_digests(const Pass& pass, const RevisionView& revision) {
  DigestSet out;
  for (const ContainerName& container : followed_containers(pass)) {
    const auto digest = revision.digests.find(container);
    if (digest == revision.digests.end()) return std::nullopt;
    out.emplace(container, digest->second);
  }
  if (out.empty()) return std::nullopt;
  return out;
}

const RevisionView* candidate_view(const Pass& pass, const Rollout& rollout) {
  const Candidate& candidate = rollout.candidate;
  if (candidate.name) return find_revision(pass.seen, *candidate.name, candidate.uid);
  const RevisionView* first = nullptr;  // a person may make later ones that keep our annotation
  for (const auto& [name, revision] : pass.seen.revisions) {
    if (revision.deleting || revision.rollout_id != rollout.id) continue;
    if (!same_template(pair_of(pass, {}, revision), candidate.pair)) continue;
    if (first == nullptr || revision.configuration_generation < first->configuration_generation) {
      first = &revision;
    }
  }
  return first;
}

// Right after an edit status still names the one before, whose images differ: both hash (without
// images) and image texts are compared.
const RevisionView* revision_of_template(const Pass& pass) {
  const ServiceView& service = pass.service;
  if (service.observed_generation != service.generation || !service.latest_created) return nullptr;
  const RevisionView* made = find_revision(pass.seen, *service.latest_created);
  if (made == nullptr) return nullptr;
  if (!same_template(pair_of(pass, {}, *made), pair_of(pass, {}, service))) return nullptr;
  const auto images = images_in_template(made->template_json);
  for (const ContainerView& container : service.containers) {
    const auto image = images.find(container.name);
    if (image == images.end() || image->second != container.image) return nullptr;
  }
  return made;
}

std::optional<Pair> present_pair(const Pass& pass) {
  DigestSet digests;
  const RevisionView* made = revision_of_template(pass);
  const auto named = is_taken_again(pass, made) ? confirmed_digests(pass) : std::nullopt;
  for (const ContainerName& container : followed_containers(pass)) {
    if (const auto digest = written_digest(pass.service, container)) {
      digests.emplace(container, *digest);
      continue;
    }
    if (made == nullptr) return std::nullopt;
    const DigestSet& resolved = named ? *named : made->digests;
    const auto digest = resolved.find(container);
    if (digest == resolved.end()) return std::nullopt;
    digests.emplace(container, digest->second);
  }
  if (digests.empty()) return std::nullopt;
  return pair_of(pass, std::move(digests), pass.service);
}

std::optional<DigestSet> confirmed_digests(const Pass& pass) {
  DigestSet out;
  for (const FollowedImage& image : pass.seen.images) {
    if (!image.confirmed) return std::nullopt;
    out.emplace(image.container, image.confirmed->digest);
  }
  if (out.empty()) return std::nullopt;
  const auto& stable = pass.core.stable;
  if (stable && is_rebuild_of(pass, out, stable->pair.digests)) return stable->pair.digests;
  const Rollout* rollout = pass.rollout();
  if (rollout == nullptr) return out;
  const DigestSet& candidate = rollout->candidate.pair.digests;
  return is_rebuild_of(pass, out, candidate) ? candidate : out;
}

bool is_rebuild_of(const Pass& pass, const DigestSet& a, const DigestSet& b) {
  if (pass.rules().same_content != SameContent::kSkip || a == b || a.size() != b.size()) {
    return false;
  }
  return std::ranges::all_of(pass.seen.images, [&](const FollowedImage& image) {
    const auto one = a.find(image.container);
    const auto other = b.find(image.container);
    if (one == a.end() || other == b.end()) return false;
    return one->second == other->second || has_same_content(image, one->second, other->second);
  });
}

bool is_same(const Pass& pass, const Pair& a, const Pair& b) {
  if (a == b) return true;
  return same_template(a, b) && is_rebuild_of(pass, a.digests, b.digests);
}

bool writes_template(const Pass& pass) {
  return pass.rules().write_mode != WriteMode::kTrafficOnly;
}

bool reverts_template(const Pass& pass) {
  return writes_template(pass) && pass.rules().on_rollback == OnRollback::kRevertTemplate;
}

bool is_settled(const ServiceView& service) {
  return service.observed_generation == service.generation &&
         service.routes_ready.status == Tri::kTrue &&
         serving(as_asked(service.observed_traffic)) == serving(service.traffic);
}

bool serves_as_asked(const Pass& pass) {
  return serving(pass.service.observed_traffic) == serving(own_entries(pass.core, pass.tag()));
}

bool is_programmed(const Pass& pass) { return is_settled(pass.service) && serves_as_asked(pass); }

bool is_foreign_edit(const Pass& pass) {
  return serving(pass.service.traffic) != serving(own_entries(pass.core, pass.tag()));
}

const RolloutApprovalSpec* find_approval(const Pass& pass, const Rollout& rollout) {
  const auto found =
      std::ranges::find(pass.seen.approvals, rollout.id, &RolloutApprovalSpec::rollout);
  return found == pass.seen.approvals.end() ? nullptr : &*found;
}

bool lacks_approval_to_promote(const Pass& pass, const Rollout& rollout) {
  const bool is_asked_for = std::ranges::any_of(pass.seen.policies, [](const Policy& policy) {
    return policy.approval == Approval::kBeforePromotion;
  });
  return is_asked_for && find_approval(pass, rollout) == nullptr;
}

std::string approval_text(const Pass& pass, const Rollout& rollout) {
  const RolloutApprovalSpec* approval = find_approval(pass, rollout);
  if (approval == nullptr) return "";
  std::string out = "approved";
  if (!approval->by.empty()) out += " by " + printable(approval->by) + " (claimed)";
  if (!approval->reason.empty()) out += ": " + printable(approval->reason);
  return out;
}

bool verdict_counts(const Pass& pass) {
  const Rollout* rollout = pass.rollout();
  return rollout != nullptr && rollout->candidate.uid && pass.seen.verdict_uid &&
         *rollout->candidate.uid == *pass.seen.verdict_uid;
}

bool is_held_for(const Pass& pass, AnalysisHold hold) {
  return verdict_counts(pass) && std::ranges::count(pass.seen.verdict.holds, hold) > 0;
}

VerdictKind effective_verdict(const Pass& pass) {
  const VerdictKind given = verdict_counts(pass) ? pass.seen.verdict.kind : VerdictKind::kContinue;
  if (pass.spec().analysis.mode != AnalysisMode::kReadinessOnly) return given;
  if (given == VerdictKind::kRollback || given == VerdictKind::kReduce) return given;
  return VerdictKind::kPromote;
}

std::string image_text(const Pair& pair) { return to_string(pair.digests); }

std::string at_text(TimePoint t) {
  const std::string text = format_rfc3339(std::chrono::floor<seconds>(t));
  return text.substr(text.find('T') + 1);
}

}  // namespace freshet::planning
