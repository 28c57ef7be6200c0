// From what the poller read to what counts for one service.
#include "controller/runtime/confirming.h"

#include "base/overloaded.h"

namespace freshet {
namespace {

std::optional<ConfirmedDigest> remembered_digest(const SeenTag& before, const std::string& text) {
  const SeenDigest* seen = find_seen(before, text);
  const auto digest = Digest::parse(text);
  if (seen == nullptr || !digest) return std::nullopt;
  return ConfirmedDigest{*digest,       seen->created, seen->first_seen, seen->origin,
                         seen->content, seen->pushed,  seen->application};
}

bool counts_already(const FollowedImage& image, const Digest& digest) {
  return image.before.confirmed == digest.get() || image.running == digest;
}

// First seen: a tag that still names what it named before a restart does so since then.
ConfirmedDigest named_digest(const FollowedImage& image, const TagObservation& seen,
                             TimePoint now) {
  const Confirmed& found = *seen.confirmed;
  ConfirmedDigest out{found.digest,     found.created, seen.first_seen.value_or(now),
                      found.origin,     found.content, found.pushed,
                      found.application};
  if (image.before.names != found.digest.get()) return out;
  const SeenDigest* known = find_seen(image.before, image.before.names);
  if (known != nullptr) out.first_seen = known->first_seen;
  return out;
}

}  // namespace

WantedPlatforms wanted_platforms(const FollowedImage& image,
                                 const std::optional<std::vector<Platform>>& nodes) {
  WantedPlatforms wanted;
  if (image.platforms) {
    wanted.whose = "images[].platforms";
    for (const std::string& text : *image.platforms) {
      if (const auto platform = parse_platform(text)) wanted.platforms.push_back(*platform);
    }
    return wanted;
  }
  const NodePlacement& place = image.placement;
  wanted.whose = "the cluster's nodes";
  wanted.any_will_do = place.by_other_rule;
  for (const Platform& node : nodes.value_or(std::vector<Platform>{})) {
    if (!place.os.empty() && node.os != place.os) continue;
    if (!place.architecture.empty() && node.architecture != place.architecture) continue;
    wanted.platforms.push_back(node);
  }
  return wanted;
}

void confirm_image(FollowedImage& image, const TagObservation& seen, const ConfirmWorld& world) {
  if (!seen.confirmed || !seen.last_success || !world.nodes_asked) return;
  const Confirmed& found = *seen.confirmed;
  ConfirmedDigest named = named_digest(image, seen, world.now);
  if (counts_already(image, found.digest)) {
    image.confirmed = std::move(named);
    return;
  }
  image.confirmed = remembered_digest(image.before, image.before.confirmed);
  if (found.remembered) return;  // by another service; it is read again
  const ConfirmCase one{to_string(image.reference),
                        found,
                        named.first_seen,
                        wanted_platforms(image, world.nodes),
                        world.max_image_bytes,
                        image.minimum_age,
                        world.now};
  std::visit(
      overloaded{
          [&](const Passed&) { image.confirmed = std::move(named); },
          [&](const WaitUntil& wait) {
            image.held_back = UncheckedDigest{std::move(named), wait.sentence, wait.until};
          },
          [&](const NotAllowed& refused) {
            image.held_back = UncheckedDigest{std::move(named), refused.sentence, std::nullopt};
          },
      },
      judge(one));
}

KnownTag known_tag(const SeenTag& before) {
  KnownTag known;
  // The first digest that was seen is no move.
  for (std::size_t i = 0; i + 1 < before.digests.size(); ++i) {
    known.moves.insert(known.moves.begin(), before.digests[i].first_seen);
  }
  if (before.names != before.confirmed) return known;
  const auto confirmed = remembered_digest(before, before.confirmed);
  if (!confirmed || !confirmed->created) return known;
  Confirmed image{confirmed->digest, "", {}, confirmed->created};
  image.origin = confirmed->origin;
  image.content = confirmed->content;
  image.pushed = confirmed->pushed;
  image.application = confirmed->application;
  image.remembered = true;
  known.confirmed = std::move(image);
  return known;
}

}  // namespace freshet
