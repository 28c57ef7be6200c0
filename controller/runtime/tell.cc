// Facts as Kubernetes Events, log lines and messages.
#include "controller/runtime/tell.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "config/notice_reasons.h"
#include "controller/notify/notice.h"

namespace freshet {

namespace {

const Rollout* rollout_of(const Occasion& occasion) {
  for (const auto* core : {&occasion.after, &occasion.before}) {
    if (!*core) continue;
    if (const Rollout* rollout = active_rollout((*core)->phase)) return rollout;
  }
  return nullptr;
}

// What the followed tags name beside what runs.
std::map<std::string, std::string> waiting_digests(const Observation& seen) {
  std::map<std::string, std::string> out;
  for (const FollowedImage& image : seen.images) {
    const ConfirmedDigest* named = image.confirmed ? &*image.confirmed : nullptr;
    if (image.held_back) named = &image.held_back->named;
    if (named == nullptr || image.running == named->digest) continue;
    out[image.container.get()] = named->digest.get();
  }
  return out;
}

bool began(const HoldStatus& hold, const std::vector<HoldStatus>& before) {
  return std::ranges::none_of(before, [&](const HoldStatus& old) {
    return old.owner == hold.owner && old.reason == hold.reason;
  });
}

}  // namespace

std::vector<Occasion> occasions_of(const Observation& seen, const Transition& transition,
                                   const Notes& notes, TimePoint now) {
  std::vector<Occasion> out;
  const auto* core = std::get_if<Core>(&seen.core);
  const bool is_ours = core != nullptr && seen.service && core->service == seen.service->uid;
  if (is_ours && core->last && core->seq > notes.told_seq) {
    out.push_back({*core->last, seen.mirror, *core, core->since});
  }
  const std::optional<Core> before = core == nullptr ? seen.mirror : *core;
  for (const Fact& fact : transition.facts) out.push_back({fact, before, transition.core, now});
  for (const HoldStatus& hold : transition.explanation.holds) {
    if (hold.until || !is_told_hold(hold.reason) || !began(hold, notes.told_holds)) continue;
    out.push_back({{hold.reason, hold.message, true}, before, transition.core, now});
  }
  return out;
}

NoticeStatus notice_of(const Observation& seen, const Occasion& occasion,
                       const TrackedServiceStatus& status) {
  const auto& [fact, before, after, at] = occasion;
  const std::optional<Core>& core = after ? after : before;
  NoticeStatus out;
  out.time = at;
  out.reason = fact.reason;
  out.message = printable(fact.message, kMaxLastBytes);
  out.warning = fact.warning;
  out.id = notice_id(core ? core->service : Uid(seen.tracked.uid), core ? core->seq : 0,
                     {fact.reason, out.message, fact.warning});
  out.phase = core ? std::string(phase_name(core->phase)) : status.phase;
  out.percent = after ? candidate_percent(*after) : 0;
  const std::optional<Core>& old = before && before->stable ? before : after;
  if (old && old->stable) out.from_digests = digest_texts(old->stable->pair.digests);
  if (const Rollout* rollout = rollout_of(occasion)) {
    out.rollout = rollout->id;
    out.to_digests = digest_texts(rollout->candidate.pair.digests);
  } else {
    out.to_digests = waiting_digests(seen);
  }
  if (status.stable) out.image = status.stable->image;
  out.image_created = status.image_created;
  return out;
}

KubeEvent event_of(const TrackedService& tracked, const Fact& fact,
                   const std::optional<Core>& core) {
  KubeEvent event;
  event.about = {"freshet.dev/v1alpha1", "TrackedService", tracked.name_space,
                 tracked.name,           tracked.uid,      tracked.resource_version};
  event.is_warning = fact.warning;
  event.reason = fact.reason;
  event.message = fact.message;
  if (core) event.occasion = core->service.get() + "/" + std::to_string(core->seq);
  return event;
}

LogLine log_line_of(const ServiceKey& tracked, const Fact& fact, const std::optional<Core>& core) {
  LogLine line{fact.warning ? LogLevel::kWarning : LogLevel::kInfo, fact.reason, {}};
  line.fields = {{"service", to_string(tracked)}, {"message", fact.message}};
  if (!core) return line;
  line.fields.emplace_back("phase", phase_name(core->phase));
  line.fields.emplace_back("seq", std::to_string(core->seq));
  if (const Rollout* rollout = active_rollout(core->phase)) {
    line.fields.emplace_back("rollout", rollout->id);
    line.fields.emplace_back("digest", to_string(rollout->candidate.pair.digests));
  }
  return line;
}

bool is_outcome(std::string_view reason) {
  return std::find(kOutcomes.begin(), kOutcomes.end(), reason) != kOutcomes.end();
}

}  // namespace freshet
