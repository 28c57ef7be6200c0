// Both Revisions as status shows them.
#include "controller/runtime/revision_status.h"

#include "controller/model/image_date.h"

namespace freshet {

namespace {

// When the image of a digest was made and first seen, if one of the followed tags names it.
const ConfirmedDigest* confirmed(const Observation& observation, const DigestSet& digests) {
  for (const FollowedImage& image : observation.images) {
    const auto found = digests.find(image.container);
    if (found == digests.end() || !image.confirmed) continue;
    if (image.confirmed->digest == found->second) return &*image.confirmed;
  }
  return nullptr;
}

// When these digests first got all requests, as far as past rollouts tell.
std::optional<TimePoint> exposed_at(const std::vector<HistoryEntry>& history,
                                    const std::map<std::string, std::string>& digests) {
  std::optional<TimePoint> at;
  for (const HistoryEntry& entry : history) {  // newest first
    const bool brought = entry.to_digests == digests && entry.from_digests != digests;
    if (brought && entry.outcome == "Promoted") at = entry.ended;
  }
  return at;
}

// What was learned of them when a followed tag still named one of them.
void recall_dates(RevisionStatus& revision, const std::vector<SeenTag>& tags) {
  for (const SeenTag& tag : tags) {
    for (const auto& [container, digest] : revision.digests) {
      const SeenDigest* seen = find_seen(tag, digest);
      if (seen == nullptr || revision.first_seen) continue;
      revision.image_created = seen->created;
      revision.first_seen = seen->first_seen;
      revision.pushed = seen->pushed;
    }
  }
}

RevisionStatus revision_status(const Observation& observation, const RevisionName& name,
                               const Uid& uid, const DigestSet& digests,
                               const TrackedServiceStatus& before) {
  RevisionStatus out;
  out.name = name.get();
  out.uid = uid.get();
  out.digests = digest_texts(digests);
  if (!observation.images.empty()) {
    ImageReference followed = observation.images.front().reference;
    followed.digest.reset();
    out.image = to_string(followed);
  }
  if (const ConfirmedDigest* found = confirmed(observation, digests)) {
    out.image_created = found->created;
    out.first_seen = found->first_seen;
    out.pushed = found->pushed;
  }
  // What was learned when the tag still named this digest stays known.
  for (const auto* known : {&before.stable, &before.candidate}) {
    if (!*known || (*known)->digests != out.digests) continue;
    if (!out.image_created) out.image_created = (*known)->image_created;
    if ((*known)->first_seen) out.first_seen = (*known)->first_seen;
    if ((*known)->pushed) out.pushed = (*known)->pushed;
    if ((*known)->exposed) out.exposed = (*known)->exposed;
  }
  recall_dates(out, before.tags);
  return out;
}

}  // namespace

void fill_revisions(TrackedServiceStatus& status, const Observation& observation, const Core& core,
                    const TrackedServiceStatus& before, const std::vector<HistoryEntry>& history) {
  if (core.stable) {
    status.stable = revision_status(observation, core.stable->name, core.stable->uid,
                                    core.stable->pair.digests, before);
    RevisionStatus& stable = *status.stable;
    if (!stable.exposed) stable.exposed = exposed_at(history, stable.digests);
    if (const auto date = image_date(stable)) status.image_created = date->at;
  }
  const Rollout* rollout = active_rollout(core.phase);
  if (rollout == nullptr) return;
  const Candidate& candidate = rollout->candidate;
  status.candidate =
      revision_status(observation, candidate.name.value_or(RevisionName("")),
                      candidate.uid.value_or(Uid("")), candidate.pair.digests, before);
}

std::optional<Duration> ended_exposure(const TrackedServiceStatus& before,
                                       const TrackedServiceStatus& after) {
  if (!after.stable || after.history.empty() || after.history == before.history) {
    return std::nullopt;
  }
  const HistoryEntry& newest = after.history.front();
  if (newest.outcome != "Promoted" || after.stable->exposed != newest.ended) return std::nullopt;
  return exposure_lag(*after.stable);
}

}  // namespace freshet
