// Puts one Observation together.
#include "controller/runtime/gather.h"

#include <nlohmann/json.hpp>

#include "controller/model/follow_policy.h"
#include "controller/model/order_proof.h"
#include "controller/model/shadow.h"
#include "controller/runtime/follow.h"

namespace freshet {

namespace {

// What is known of an image from before: its tag as status has it, and what stable runs.
void recall(FollowedImage& image, const TrackedServiceStatus& status, const CoreRead& read) {
  const std::string name = followed_name(image.reference, image.follow);
  for (const SeenTag& tag : status.tags) {
    if (tag.image == name) image.before = tag;
  }
  const auto* core = std::get_if<Core>(&read);
  if (core == nullptr || !core->stable) return;
  const auto& digests = core->stable->pair.digests;
  const auto running = digests.find(image.container);
  if (running == digests.end()) return;
  image.running = running->second;
  // Until the registry has told this process: the same as before, where that starts nothing.
  const SeenTag& before = image.before;
  const SeenDigest* seen = find_seen(before, before.confirmed);
  if (!std::holds_alternative<Idle>(core->phase) || seen == nullptr ||
      before.names != before.confirmed || before.confirmed != running->second.get()) {
    return;
  }
  image.confirmed = ConfirmedDigest{running->second, seen->created, seen->first_seen, seen->origin,
                                    seen->content,   seen->pushed,  seen->application};
}

std::optional<Core> observed_core(const Observation& observation) {
  if (const auto* core = std::get_if<Core>(&observation.core)) return *core;
  return std::nullopt;
}

std::optional<Core> mirrored(const std::string& text) {
  if (text.empty()) return std::nullopt;
  CoreRead read = read_core(text);
  auto* core = std::get_if<Core>(&read);
  return core == nullptr ? std::nullopt : std::optional(std::move(*core));
}

// Most of the time it is what the Service says, which has been read already.
std::optional<Core> mirrored(const std::string& text, const Observation& seen) {
  const auto* core = std::get_if<Core>(&seen.core);
  if (core == nullptr || !seen.service) return mirrored(text);
  const auto said = seen.service->annotations.find(std::string(kCoreAnnotation));
  const bool is_said = said != seen.service->annotations.end() && said->second == text;
  return is_said ? *core : mirrored(text);
}

// Which of two that are remembered is: that of the present Service; of one Service the later.
bool is_better(const std::optional<Core>& core, const std::optional<Core>& than,
               const std::optional<Uid>& owner) {
  if (!core || !than) return core.has_value();
  if (core->service == than->service) return core->seq > than->seq;
  return core->service == owner;
}

std::optional<Uid> owner_of_core(const Observation& seen) {
  if (!seen.service) return std::nullopt;
  return owner_of_core(seen.tracked.spec, *seen.service);
}

// What the Service says, or what status remembers of it where that is gone, damaged, put back or
// another's: status must not forget what a recovery that failed needs.
std::optional<Core> known_core(const Observation& seen) {
  std::optional<Core> core = observed_core(seen);
  const auto owner = owner_of_core(seen);
  if (!owner) return core;
  if (core && core->service != *owner) core.reset();
  const bool remembers = seen.mirror && seen.mirror->service == *owner;
  return remembers && is_better(seen.mirror, core, owner) ? seen.mirror : core;
}
}  // namespace

void refresh_service(Observation& observation, std::optional<ServiceView> service) {
  observation.service = std::move(service);
  observation.core = NoCore{};
  if (!observation.service) return;
  // What was told of a Service that is gone, and whose Revisions had the same names.
  std::erase_if(observation.revisions, [&](const auto& named) {
    return named.second.service && *named.second.service != observation.service->uid;
  });
  const auto& annotations = observation.service->annotations;
  const auto found = annotations.find(std::string(kCoreAnnotation));
  if (found != annotations.end()) observation.core = read_core(found->second);
}

Observation assemble(const CachedTracked& tracked, std::optional<ServiceView> service,
                     std::map<RevisionName, RevisionView> revisions, const Notes& notes) {
  Observation seen;
  seen.tracked = tracked.object;
  if (!tracked.problems.empty()) {
    seen.spec_invalid = true;
    seen.spec_problem = to_string(tracked.problems);
    if (tracked.last_good_spec) seen.tracked.spec = *tracked.last_good_spec;
  }
  seen.revisions = std::move(revisions);
  refresh_service(seen, std::move(service));
  seen.mirror = mirrored(tracked.mirror, seen);
  const std::string& own = notes.untold_core ? *notes.untold_core : notes.written.core;
  if (own != tracked.mirror) {
    // What this process wrote itself, or could not, may be newer than what it has been told.
    auto written = mirrored(own, seen);
    if (is_better(written, seen.mirror, owner_of_core(seen))) seen.mirror = std::move(written);
  }
  const bool shadow = seen.service && is_shadow(seen.tracked.spec, *seen.service);
  if (shadow && seen.mirror && seen.mirror->stable &&
      seen.mirror->service == shadow_of(seen.service->uid)) {
    seen.core = *seen.mirror;
  }
  seen.memo = notes.memo;
  seen.image_created = notes.written.image_created;
  seen.metrics = notes.metrics;
  if (seen.service) {
    auto images = followed_images(seen.tracked.spec, *seen.service);
    if (images) {
      seen.images = *std::move(images);
      for (FollowedImage& image : seen.images) recall(image, notes.written, seen.core);
    } else {
      seen.image_problem = images.error().message;
    }
  }
  return seen;
}

std::string older_tracker(const TrackedService& tracked, const std::string& oldest) {
  if (oldest.empty() || oldest == tracked.name) return "";
  return "Service " + tracked.spec.service + " is already tracked by TrackedService " + oldest +
         ", which is older; delete one of the two";
}

std::set<std::string> proven_commands(const TrackedService& tracked, const Secret& key,
                                      TimePoint now) {
  std::set<std::string> out;
  for (const auto& [name, text] : tracked.annotations) {
    if (!name.starts_with(kAnnotationPrefix)) continue;
    const std::string verb = name.substr(kAnnotationPrefix.size());
    if (is_proven(text, key, Uid(tracked.uid), verb, now)) out.insert(name);
  }
  return out;
}

std::optional<RevisionName> candidate_name(const Observation& observation, const Rollout& rollout) {
  if (rollout.candidate.name) return rollout.candidate.name;
  for (const auto& [name, revision] : observation.revisions) {
    if (revision.rollout_id == rollout.id) return name;
  }
  return std::nullopt;
}

std::optional<RevisionName> sole_serving(const Traffic& observed) {
  const Traffic targets = serving(observed);
  if (targets.size() != 1) return std::nullopt;
  return targets.front().revision;
}

std::map<std::string, TimePoint> pod_creation_times(const Json& pod_list) {
  std::map<std::string, TimePoint> times;
  const Json& items = at_path(pod_list, {"items"});
  if (!items.is_array()) return times;
  for (const Json& pod : items) {
    const Json& metadata = at_path(pod, {"metadata"});
    const auto created = parse_rfc3339(string_or(metadata, "creationTimestamp"));
    if (created) times[string_or(metadata, "name")] = *created;
  }
  return times;
}

Transition refuse(const Observation& observation, std::string reason, std::string message) {
  Transition transition;
  transition.core = known_core(observation);
  transition.memo = observation.memo;
  transition.explanation.reason = reason;
  transition.explanation.message = std::move(message);
  transition.explanation.ready = false;
  transition.explanation.not_ready_reason = std::move(reason);
  if (observation.tracked.deleting) transition.finalizer = FinalizerChange::kRemove;
  return transition;
}

Transition undone(const Observation& observation, Transition transition, const Memo& memo,
                  const std::string& trouble) {
  transition.core = known_core(observation);
  transition.write.reset();
  transition.finalizer = FinalizerChange::kKeep;
  transition.remove_annotations.clear();
  transition.memo = memo;
  transition.facts.clear();
  transition.explanation.message = trouble + "; tried again";
  transition.explanation.reason = "WriteFailed";
  return transition;
}

}  // namespace freshet
