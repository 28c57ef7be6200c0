// What people write into a TrackedService: good and bad, and taken back after a while.
#include <nlohmann/json.hpp>
#include <vector>

#include "controller/runtime/paths.h"
#include "tests/simulate/people.h"

namespace freshet::simulate {
namespace {

// Each laid over the spec that the story begins with.
const std::vector<Json>& good_edits() {
  static const std::vector<Json> kEdits = {
      {{"rollout", {{"steps", {5, 25, 60}}, {"minimumStep", "5s"}}}},
      {{"rollout", {{"steps", {5, 25, 60}}, {"minimumStep", "24s"}}}},
      {{"rollout", {{"steps", {99}}}}},
      {{"rollout", {{"bake", {{"for", "1s"}, {"holdback", 50}}}}}},
      {{"rollout", {{"bake", {{"for", "2m"}, {"holdback", 1}}}}}},
      {{"rollout", {{"whenSuperseded", "Supersede"}}}},
      {{"rollout", {{"whenSuperseded", "FinishThenLatest"}}}},
      {{"rollout", {{"whenInconclusive", "RollBack"}}}},
      {{"rollout", {{"onRollback", "LeaveTemplate"}}}},
      {{"rollout", {{"readyWithin", "5s"}}}},
      {{"rollout", {{"deadline", "2m"}}}},
      {{"rollout", {{"deadline", "1m"}, {"whenInconclusive", "RollBack"}}}},
      {{"rollout", {{"deadline", "1m"}, {"whenInconclusive", "PromoteIfClean"}}}},
      {{"rollout", {{"rejectionExpires", "1m"}}}},
      {{"rollout", {{"sameContent", "RollOut"}}}},
      {{"rollout", {{"approval", "BeforePromotion"}}}},
      {{"rollout", {{"tag", std::string(kOtherTag)}}}},
      {{"poll", {{"every", "10s"}}}},
      {{"suspend", true}},
  };
  return kEdits;
}

const std::vector<Json>& bad_edits() {
  static const std::vector<Json> kEdits = {
      {{"rollout", {{"steps", {60, 20}}}}},
      {{"rollout", {{"steps", "fast"}}}},
      {{"rollout", {{"minimumStep", "soon"}}}},
      {{"rollout", {{"bake", {{"for", "-5s"}}}}}},
      {{"rollout", 7}},
      {{"rolout", {{"steps", {5}}}}},
      {{"analysis", {{"mode", "Magic"}}}},
      {{"images", Json::array({{{"container", "none"}, {"image", "registry.sandbox/other:1"}}})}},
      {{"poll", {{"every", 7}}}},
      {{"gates", Json::array({{{"name", "Not A Name"}, {"http", Json::object()}}})}},
  };
  return kEdits;
}

}  // namespace

std::optional<Duration> duration_of_edit(int value, std::string_view field) {
  const Json& edit = good_edits()[static_cast<std::size_t>(value) % good_edits().size()];
  const Json& rollout = at_path(edit, {"rollout"});
  const Json& holder = field == "for" ? at_path(rollout, {"bake"}) : rollout;
  const auto found = parse_duration(string_or(holder, std::string(field)));
  return found ? std::optional(*found) : std::nullopt;
}

void People::edit_spec(int service, const Json& spec) {
  (void)world_.json_patch(tracked_service_path(service_key(service)),
                          Json::array({{{"op", "replace"}, {"path", "/spec"}, {"value", spec}}}));
}

void People::act_on_spec(const Event& event) {
  if (event.what == What::kEditBack) return edit_spec(event.service, spec_of(event.service));
  const auto& edits = event.what == What::kEditPlan ? good_edits() : bad_edits();
  Json spec = spec_of(event.service);
  spec.merge_patch(edits[static_cast<std::size_t>(event.value) % edits.size()]);
  edit_spec(event.service, spec);
  later(event.lasting, event);
}

}  // namespace freshet::simulate
