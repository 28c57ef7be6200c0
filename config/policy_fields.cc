// RolloutPolicy and ClusterRolloutPolicy, field by field. Defaults stand in rollout_policy.h.
#include "config/fields.h"

namespace freshet::config {
namespace {

inline constexpr std::size_t kMaxWords = 200;
inline constexpr const char* kTimeForm =
    "a time of day as in \"09:00\" up to \"24:00\", or a date "
    "as in \"2026-12-20\" or \"2026-12-20T18:00\"";

Type<std::string> words_type() {
  Type<std::string> type = text_type("text of at most 200 bytes");
  type.shape.max_length = kMaxWords;
  type.read = [any = type.read, allowed = type.shape.allowed](const Cursor& at, std::string& into) {
    std::string text;
    if (!any(at, text)) return false;
    if (text.size() > kMaxWords) return at.refuse(allowed);
    into = std::move(text);
    return true;
  };
  return type;
}

Type<std::string> time_text_type() {
  return text_type(kTimeForm,
                   "^([0-9]{2}:[0-9]{2}|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2})?)$", 16);
}

Type<WindowSpec> window_type(Fold fold) {
  using W = WindowSpec;
  const auto check = [fold](const Cursor& at, const W& window) {
    const auto parsed = parse_window(window, fold);
    if (!parsed) at.fail(parsed.error().message);
  };
  return object_type<W>(
      {
          field("days", &W::days,
                list_type(choice_type<Weekday>({"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}),
                          "days of the week", 0, 7),
                "Days on which a weekly window begins; none: each day. Not with dates."),
          field("from", &W::from, time_text_type(),
                "When it begins; by default with the day. What begins with a time of day comes "
                "every week, what begins with a date comes once."),
          field("to", &W::to, time_text_type(),
                "When it ends, in the form of from; by default with the day. A time earlier than "
                "from is of the next day; a date is the last day of the window."),
          field("timeZone", &W::time_zone,
                text_type("a time zone such as Europe/Berlin", "^[A-Za-z0-9][A-Za-z0-9/_+-]*$", 64),
                "Time zone of the times above, with its summer time. A time that is skipped is the "
                "moment of the change; what comes twice allows the first time alone, and denies "
                "both."),
      },
      check);
}

Type<std::vector<WindowSpec>> windows_type(Fold fold) {
  return list_type(window_type(fold), "at most 32 windows", 0, kMaxWindows);
}

Type<SelectorSpec> selector_type() {
  return object_type<SelectorSpec>({
      field("matchLabels", &SelectorSpec::match_labels,
            text_map_type("a mapping of labels to values"),
            "Labels that the TrackedService must have, each with this value."),
  });
}

Type<WaiverSpec> waiver_type() {
  return object_type<WaiverSpec>({
      field("imageAge", &WaiverSpec::image_age, optional_type(duration_type(hours(1), days(365))),
            "Windows of allow and deny bind no longer where the image that runs is older than "
            "this; a stop binds always."),
  });
}

Type<Condition> policy_condition_type() {
  using C = Condition;
  const Type<std::string> text = text_type("text");
  return object_type<C>({
      field("type", &C::type, text, "Ready."),
      field("status", &C::status, text, "True or False."),
      field("reason", &C::reason, text, "InForce, or PolicyInvalid."),
      field("message", &C::message, text, "A sentence for people."),
      field("lastTransitionTime", &C::last_transition_time, time_type(),
            "When status last changed."),
      field("observedGeneration", &C::observed_generation, count_type(),
            "Generation of the spec this was said about."),
  });
}

}  // namespace

const Type<RolloutPolicySpec>& policy_spec_type() {
  using P = RolloutPolicySpec;
  static const Type<P> type = object_type<P>({
      field("selector", &P::selector, selector_type(),
            "Which TrackedServices it binds; by default every one in its scope."),
      field("owner", &P::owner, words_type(), "Who is to be asked; shown with the hold."),
      field("reason", &P::reason, words_type(), "Why; shown with the hold."),
      field("allow", &P::allow, windows_type(Fold::kNarrow),
            "Windows in which rollouts may start and advance; none: always. Those of several "
            "policies must all be open. Retreats never wait."),
      field("deny", &P::deny, windows_type(Fold::kWide),
            "Freezes: nothing starts or advances in them, whatever is allowed."),
      field("waiver", &P::waiver, waiver_type(), "What the windows do not bind."),
      field("stop", &P::stop, flag_type(),
            "Nothing starts or advances until somebody takes this back; no promote overrides it."),
      field("approval", &P::approval,
            choice_type<Approval>({"None", "BeforeTraffic", "BeforePromotion"}),
            "Where each rollout waits for a RolloutApproval, which only those may create to whom "
            "the cluster grants it; no promote stands for it."),
  });
  return type;
}

const Type<RolloutApprovalSpec>& approval_spec_type() {
  using A = RolloutApprovalSpec;
  static const Type<A> type = object_type<A>({
      required(
          field("service", &A::service,
                text_type("the name of a TrackedService", "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$", 253),
                "TrackedService of this namespace.")),
      required(field("rollout", &A::rollout, text_type("the id of a rollout", "^[a-z0-9]+$", 64),
                     "Rollout that is approved, as status shows it; no other is.")),
      field("by", &A::by, words_type(), "Who approves, as claimed."),
      field("reason", &A::reason, words_type(), "Why; kept in the history."),
  });
  return type;
}

const Type<RolloutPolicyStatus>& policy_status_type() {
  using S = RolloutPolicyStatus;
  static const Type<S> type = object_type<S>({
      field("observedGeneration", &S::observed_generation, count_type(),
            "Generation of the spec that this status is about."),
      field("conditions", &S::conditions,
            list_type(policy_condition_type(), "a list of conditions"),
            "Ready: whether the spec is understood. One that is not binds as its last good one, "
            "else holds all that it selects."),
  });
  return type;
}

const Type<RolloutPolicy>& policy_metadata_type() {
  using P = RolloutPolicy;
  static const Type<P> type = object_type<P>({
      field("name", &P::name,
            text_type("a name of at most 253 lower-case letters, digits, - and .",
                      "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$", 253),
            "Name."),
      field("namespace", &P::name_space, name_type(), "Namespace."),
      field("uid", &P::uid, text_type("text"), "Set by the API server."),
      field("generation", &P::generation, count_type(), "Set by the API server."),
      field("resourceVersion", &P::resource_version, text_type("text"), "Set by the API server."),
  });
  return type;
}

}  // namespace freshet::config
