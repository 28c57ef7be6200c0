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

// Those of containers that are not followed.
std::map<ContainerName, std::string> other_images(const Pass& pass, const std::string& json) {
  auto out = images_in_template(json);
  out.merge(images_in_template(json, "initContainers"));
  for (const FollowedImage& image : pass.seen.images) out.erase(image.container);
  return out;
}

// They are in no pair. Knative resolves a tag anew for each Revision.
std::string other_images_moved(const Pass& pass) {
  const RevisionView* stable = stable_view(pass);
  if (stable == nullptr) return "stable's Revision is not there to compare with";
  const auto images = other_images(pass, pass.service.template_json);
  if (images != other_images(pass, stable->template_json)) {
    return "a container that is not followed has another image";
  }
  for (const auto& [container, image] : images) {
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
  for (const FollowedImage& image : pass.seen.images) {
    const auto candidate = pair.digests.find(image.container);
    const auto running = stable.digests.find(image.container);
    if (candidate == pair.digests.end() || running == stable.digests.end()) {
      return "another set of images is followed";
    }
    auto why = image_moved_too(image, candidate->second, running->second);
    if (!why.empty()) return why;
  }
  return pass.seen.images.empty() ? "no image is followed" : other_images_moved(pass);
}

std::string plan_note(const Pass& pass, const Rollout& rollout) {
  if (!pass.spec().rollout.new_base || !pass.core.stable) return "";
  if (rollout.new_base) return "; only its base moved: the plan of rollout.newBase";
  const std::string why = more_than_new_base(pass, rollout.candidate.pair);
  return "; the whole plan" + (why.empty() ? "" : ": " + why);
}

}  // namespace freshet::planning
