// What users write: metadata and spec, field by field. Defaults stand in tracked_service.h.
#include <fmt/format.h>

#include "config/fields.h"

namespace freshet::config {
namespace {

inline constexpr const char* kLabel = "^[a-z]([-a-z0-9]*[a-z0-9])?$";  // RFC 1035
inline constexpr const char* kLabelAllowed =
    "a name of at most 63 lower-case letters, digits and -, starting with a letter";

Type<std::string> label_type() { return text_type(kLabelAllowed, kLabel, 63); }

Type<PollSpec> poll_type() {
  return object_type<PollSpec>({
      field("every", &PollSpec::every, duration_type(seconds(10), hours(24)),
            "How often the registry is asked where the followed tags point."),
  });
}

Type<BakeSpec> bake_type() {
  return object_type<BakeSpec>({
      field("for", &BakeSpec::duration, duration_type(seconds(0), days(7)),
            "How long the candidate is watched at nearly all traffic before it becomes stable."),
      field("holdback", &BakeSpec::holdback, auto_or(optional_type(whole_type(1, 50))),
            "Percent that stable keeps while baking; auto keeps enough for 300 stable requests, "
            "within 2 to 20."),
  });
}

Type<NewBaseSpec> new_base_type() {
  const auto bake = object_type<NewBaseBake>({
      // Not 0: without any bake the watch before it would have to be a longer one.
      field("for", &NewBaseBake::duration, optional_type(duration_type(seconds(1), days(7))),
            "In place of rollout.bake.for."),
  });
  return object_type<NewBaseSpec>(
      {
          field("steps", &NewBaseSpec::steps, optional_type(rising_percents_type()),
                "In place of rollout.steps."),
          field("minimumStep", &NewBaseSpec::minimum_step,
                optional_type(duration_type(seconds(1), hours(24))),
                "In place of rollout.minimumStep."),
          field("bake", &NewBaseSpec::bake, bake, "In place of rollout.bake."),
      },
      [](const Cursor& at, const NewBaseSpec& spec) {
        if (spec == NewBaseSpec{}) at.fail("nothing differs", "steps, minimumStep or bake.for");
      });
}

void check_deadline(const Cursor& at, const RolloutSpec& rollout) {
  const auto steps = static_cast<std::int64_t>(rollout.steps.size());
  const Duration least = rollout.minimum_step * steps;
  if (rollout.deadline >= least) return;
  const Node* deadline = at.node.find("deadline");
  const Cursor place = deadline ? at.field("deadline", *deadline) : at;
  place.fail(fmt::format("the deadline comes before {} steps of {} can be over: found {}", steps,
                         format_duration(rollout.minimum_step), format_duration(rollout.deadline)),
             "at least " + format_duration(least));
}

void check_rollout(const Cursor& at, const RolloutSpec& rollout) {
  check_deadline(at, rollout);
  if (rollout.new_base) check_deadline(at, rules_of(rollout, true));
}

std::vector<Field<RolloutSpec>> rollout_pace() {
  return {
      field("steps", &RolloutSpec::steps, rising_percents_type(),
            "Percents of the traffic that the candidate gets one after the other; 100 always "
            "follows. Those but the last are left out that would take more than a sixth of the "
            "deadline at the traffic there is."),
      field("minimumStep", &RolloutSpec::minimum_step, duration_type(seconds(1), hours(24)),
            "Observed time at each step, at least."),
      field("bake", &RolloutSpec::bake, bake_type(),
            "The last look before the candidate becomes stable."),
      field("readyWithin", &RolloutSpec::ready_within,
            optional_type(duration_type(seconds(1), hours(24))),
            "How long a candidate may take to become Ready; by default its Revision's own progress "
            "deadline."),
      field("deadline", &RolloutSpec::deadline, duration_type(seconds(10), days(30)),
            "Time a rollout may take; what people, policies and gates take does not count."),
  };
}

Type<RolloutSpec> rollout_type() {
  std::vector<Field<RolloutSpec>> fields = rollout_pace();
  const std::vector<Field<RolloutSpec>> rest = {
      field("approval", &RolloutSpec::approval,
            choice_type<Approval>({"None", "BeforeTraffic", "BeforePromotion"}),
            "Where the rollout waits for a person's promote: nowhere, before users' first request, "
            "or before all of the traffic."),
      field("whenSuperseded", &RolloutSpec::when_superseded,
            choice_type<WhenSuperseded>({"FinishThenLatest", "Supersede"}),
            "What a newer digest does to a running rollout: wait for its end, or replace it."),
      field("whenInconclusive", &RolloutSpec::when_inconclusive,
            choice_type<WhenInconclusive>({"PromoteIfClean", "Hold", "RollBack"}),
            "What happens at the deadline without a verdict; PromoteIfClean needs a candidate with "
            "nothing held against it, and 30 requests of its step."),
      field(
          "writeMode", &RolloutSpec::write_mode,
          choice_type<WriteMode>({"Pin", "TrafficOnly", "Shadow"}),
          "Who writes the Service; Pin: Freshet, the image by digest and the traffic; TrafficOnly: "
          "the template someone else, whose every new one Freshet judges; Shadow: all of it "
          "someone else, whose splits Freshet judges, and tells what it would do."),
      field("onRollback", &RolloutSpec::on_rollback,
            choice_type<OnRollback>({"RevertTemplate", "LeaveTemplate"}),
            "Whether the Service's template goes back to stable's once the traffic has; with "
            "writeMode TrafficOnly it is left in any case."),
      field("rejectionExpires", &RolloutSpec::rejection_expires,
            duration_type(seconds(1), days(365)),
            "How long a rolled back candidate is not tried again."),
      field(
          "sameContent", &RolloutSpec::same_content, choice_type<SameContent>({"Skip", "RollOut"}),
          "What a new digest with the layers and the configuration of one that is known is, dates "
          "apart; Skip: what that one is: running already, or rejected."),
      field("newBase", &RolloutSpec::new_base, optional_type(new_base_type()),
            "A shorter plan where an image's own layers and configuration are those of stable and "
            "only its base below them is another. Both must name it (annotations "
            "org.opencontainers.image.base.name and .digest), on their own registry, where it is "
            "read."),
      field("tag", &RolloutSpec::tag, label_type(), "Traffic tag of the candidate on the Route."),
      field("allowOverwrite", &RolloutSpec::allow_overwrite, flag_type(),
            "Acknowledges that a GitOps tool manages this Service as well."),
  };
  fields.insert(fields.end(), rest.begin(), rest.end());
  return object_type<RolloutSpec>(std::move(fields), check_rollout);
}

Type<TrackedServiceSpec> make_spec_type() {
  using Spec = TrackedServiceSpec;
  return object_type<Spec>({
      field("service", &Spec::service, label_type(),
            "Knative Service in this namespace; by default the one of this object's own name."),
      field("images", &Spec::images, images_type(),
            "Images and tags to follow; by default the one container with a port and its present "
            "tag."),
      field("poll", &Spec::poll, poll_type(), "How the registry is asked."),
      field("rollout", &Spec::rollout, rollout_type(),
            "How a candidate gets traffic, and what happens when it may not keep it."),
      field("analysis", &Spec::analysis, analysis_type(), "How a candidate is judged."),
      field("gates", &Spec::gates, gates_type(),
            "Tests of the candidate through its tag URL, one after the other; none of users' "
            "requests reaches it before every one has passed."),
      field("suspend", &Spec::suspend, flag_type(),
            "Starts nothing new; a running rollout is finished."),
  });
}

Type<TrackedService> make_metadata_type() {
  using Object = TrackedService;
  const auto set_deleting = [](Object& object, TimePoint) { object.deleting = true; };
  const auto none = [](const Object&) { return std::optional<TimePoint>(); };
  return object_type<Object>({
      field("name", &Object::name,
            text_type("a name of at most 253 lower-case letters, digits, - and .",
                      "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$", 253),
            "Name."),
      field("namespace", &Object::name_space, name_type(), "Namespace."),
      field("uid", &Object::uid, text_type("text"), "Set by the API server."),
      field("generation", &Object::generation, count_type(), "Set by the API server."),
      field("resourceVersion", &Object::resource_version, text_type("text"),
            "Set by the API server."),
      field("creationTimestamp", &Object::created, optional_type(time_type()),
            "Set by the API server."),
      computed_field<Object, TimePoint>("deletionTimestamp", time_type(), none, set_deleting,
                                        "Set by the API server."),
      field("finalizers", &Object::finalizers, list_type(text_type("text"), "a list of text"),
            "What has to be done before the object goes."),
      field("labels", &Object::labels, text_map_type("a mapping of text to text"),
            "Labels; policies select by them."),
      field("annotations", &Object::annotations, text_map_type("a mapping of text to text"),
            "Annotations; commands are among them."),
  });
}

}  // namespace

const Type<TrackedServiceSpec>& spec_type() {
  static const Type<TrackedServiceSpec> type = make_spec_type();
  return type;
}

const Type<TrackedService>& metadata_type() {
  static const Type<TrackedService> type = make_metadata_type();
  return type;
}

}  // namespace freshet::config
