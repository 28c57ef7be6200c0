// Three signs of a step back, one check each.
#include "controller/planner/downgrade.h"

#include <array>

#include "base/relapse.h"
#include "controller/model/follow_policy.h"
#include "controller/planner/decide.h"
#include "controller/planner/look.h"
#include "controller/planner/template_text.h"

namespace freshet::planning {
namespace {

std::string names_text(const FollowedImage& image) {
  return to_string(image.reference) + " names " + image.confirmed->digest.short_form();
}

// Named before stable was, and not known to be made after it: what came after stable, and comes
// again, is no step back. (The tag may have been ahead of stable when it was first looked at.)
std::string returned(const Pass&, const FollowedImage& image, const Digest& stable) {
  const SeenDigest* running = find_seen(image.before, stable.get());
  const SeenDigest* named = find_seen(image.before, image.confirmed->digest.get());
  if (running == nullptr || named == nullptr || named <= running) return "";  // newest first
  if (running->created && image.confirmed->created > running->created) return "";
  return names_text(image) + " again, as before " + format_rfc3339(running->first_seen);
}

std::string made_earlier(const Pass&, const FollowedImage& image, const Digest& stable) {
  const SeenDigest* running = find_seen(image.before, stable.get());
  const auto& created = image.confirmed->created;
  if (running == nullptr || !running->created || !created || *created >= *running->created) {
    return "";
  }
  return names_text(image) + ", made " + format_rfc3339(*created) + ", before what runs (" +
         format_rfc3339(*running->created) + ")";
}

// The tag that stable's own template names: also of what ran before the policy was written.
std::string chosen_lower(const Pass& pass, const FollowedImage& image, const Digest&) {
  const RevisionView* stable = stable_view(pass);
  if (!image.follow || !image.reference.tag || stable == nullptr) return "";
  const auto images = images_in_template(stable->template_json);
  const auto written = images.find(image.container);
  if (written == images.end()) return "";
  const auto running = parse_image_reference(written->second);
  if (!running || !running->tag ||
      !is_older_tag(*image.follow, *image.reference.tag, *running->tag)) {
    return "";
  }
  return to_string(*image.follow) + " chooses tag " + image.reference.tag->get() +
         ", which is lower than " + running->tag->get() + " that runs";
}

using Sign = std::string (*)(const Pass&, const FollowedImage&, const Digest& stable);
constexpr std::array<Sign, 3> kSigns = {returned, made_earlier, chosen_lower};

}  // namespace

std::string downgrade(const Pass& pass) {
  if (relapsed(Relapse::kSilentDowngrade)) return "";
  const auto& allowed = pass.memo.downgrade_allowed;
  if (!pass.core.stable || (allowed && allowed == confirmed_digests(pass))) return "";
  for (const FollowedImage& image : pass.seen.images) {
    const auto stable = pass.core.stable->pair.digests.find(image.container);
    if (!image.confirmed || stable == pass.core.stable->pair.digests.end() ||
        stable->second == image.confirmed->digest) {
      continue;
    }
    for (const Sign sign : kSigns) {
      if (auto why = sign(pass, image, stable->second); !why.empty()) return why;
    }
  }
  return "";
}

HoldStatus downgrade_hold(const Pass& pass, const std::string& why) {
  return own_hold(pass, "DowngradeHeld",
                  why + "; freshet retry " + pass.seen.tracked.name + " -n " +
                      pass.seen.tracked.name_space + " --allow-downgrade lets it roll out");
}

}  // namespace freshet::planning
