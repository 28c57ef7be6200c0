// Only the base moved: told by what was read of both images when they were confirmed.
#include "controller/planner/new_base.h"

#include <algorithm>

#include "controller/model/same_content.h"
#include "controller/planner/look.h"
#include "controller/planner/template_text.h"

namespace freshet::planning {
namespace {

std::string image_moved_too(const FollowedImage& image, const Digest& candidate,
                            const Digest& stable) {
  if (candidate == stable || has_same_content(image, candidate, stable)) return "";
  for (const Digest* digest : {&candidate, &stable}) {
    const ImageApplication told = application_of(image, *digest);
    if (!told.content.empty()) continue;
    return "of " + digest->short_form() + " it is not known what it holds beyond its base" +
           (told.untold.empty() ? "" : ": " + told.untold);
  }
  return application_of(image, candidate).content == application_of(image, stable).content
             ? ""
             : "more than the base of " + to_string(image.reference) + " is another";
}

// Images that are not followed count as they are written, but Knative resolves a tag anew for each
// Revision.
std::string others_by_tag(const Pass& pass) {
  for (const auto& [container, image] : pass.service.images) {
    const bool is_followed = std::ranges::any_of(
        pass.seen.images,
        [&](const FollowedImage& followed) { return followed.container == container; });
    if (is_followed) continue;
    const auto reference = parse_image_reference(image);
    if (reference && reference->digest) continue;
    return "container " + container.get() + ", which is not followed, has its image by tag";
  }
  return "";
}

}  // namespace

std::string more_than_new_base(const Pass& pass, const Pair& pair) {
  const Pair& stable = pass.core.stable->pair;
  if (pair.template_hash != stable.template_hash) return "the template is another as well";
  if (!same_template(pair, stable)) return "a container that is not followed has another image";
  for (const FollowedImage& image : pass.seen.images) {
    const auto candidate = pair.digests.find(image.container);
    const auto running = stable.digests.find(image.container);
    if (candidate == pair.digests.end() || running == stable.digests.end()) {
      return "another set of images is followed";
    }
    auto why = image_moved_too(image, candidate->second, running->second);
    if (!why.empty()) return why;
  }
  return pass.seen.images.empty() ? "no image is followed" : others_by_tag(pass);
}

std::string plan_note(const Pass& pass, const Rollout& rollout) {
  if (!pass.spec().rollout.new_base || !pass.core.stable) return "";
  if (rollout.new_base) return "; only its base moved: the plan of rollout.newBase";
  const std::string why = more_than_new_base(pass, rollout.candidate.pair);
  return "; the whole plan" + (why.empty() ? "" : ": " + why);
}

}  // namespace freshet::planning
