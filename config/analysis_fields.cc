// How a candidate is judged: spec.analysis, field by field.
#include <fmt/format.h>

#include <set>

#include "config/fields.h"
#include "config/query_template.h"

namespace freshet::config {
namespace {

inline constexpr std::size_t kMaxCodes = 20;

// The two margins stand in one optional pair; as fields they are two.
template <class Owner>
Field<Owner> margin_field(std::string name, Margin MarginPair::*which, std::string doc) {
  return computed_field<Owner, Margin>(
      std::move(name), margin_type(),
      [which](const Owner& owner) {
        return owner.margins ? std::optional<Margin>((*owner.margins).*which) : std::nullopt;
      },
      [which](Owner& owner, Margin margin) {
        if (!owner.margins) owner.margins = MarginPair{};
        (*owner.margins).*which = margin;
      },
      std::move(doc));
}
template <class Owner>
Field<Owner> rollback_field() {
  return margin_field<Owner>("rollback", &MarginPair::rollback,
                             "A candidate shown to be worse than this, against stable, is rolled "
                             "back: A times stable's share plus B percentage points.");
}
template <class Owner>
Field<Owner> promote_field() {
  return margin_field<Owner>("promote", &MarginPair::promote,
                             "A candidate is promoted once it is shown to be within this; greater "
                             "than the rollback margin in both parts.");
}

template <class Owner>
void check_margins(const Cursor& at, const Owner& owner) {
  const Node* rollback = at.node.find("rollback");
  const Node* promote = at.node.find("promote");
  if (!rollback != !promote) {
    const std::string missing = rollback ? "promote" : "rollback";
    at.fail(missing + " is missing: the two margins are given together", "both margins, or auto");
  }
  if (!rollback || !promote) return;
  const auto& [low, high] = *owner.margins;
  if (high.times > low.times && high.plus > low.plus) return;
  at.field("promote", *promote)
      .fail(fmt::format("the promotion margin must be greater than the rollback margin in both "
                        "parts: found {} against {}",
                        format_margin(high), format_margin(low)),
            fmt::format("more than {}x and more than {:.15g}%", low.times, low.plus * 100));
}

Type<ErrorsSpec> errors_type() {
  return auto_or(object_type<ErrorsSpec>(
      {
          rollback_field<ErrorsSpec>(),
          promote_field<ErrorsSpec>(),
          field("codes", &ErrorsSpec::codes,
                list_type(text_type("a class such as 5xx or a code such as 503",
                                    "^[1-5](xx|[0-9][0-9])$", 3),
                          "1 to 20 classes or codes", 1, kMaxCodes),
                "Response codes that count as errors."),
      },
      check_margins<ErrorsSpec>));
}

Type<LatencySpec> latency_type() {
  return auto_or(object_type<LatencySpec>(
      {rollback_field<LatencySpec>(), promote_field<LatencySpec>()}, check_margins<LatencySpec>));
}

// A share as a percentage: `2%`.
Type<double> share_type() {
  Shape shape;
  shape.allowed = "a percentage above 0% and below 100%, as in 2% or 0.5%";
  shape.pattern = R"(^[0-9]+(\.[0-9]+)?%$)";
  return {shape,
          [allowed = shape.allowed](const Cursor& at, double& into) {
            if (at.node.kind != Node::Kind::kText) return at.refuse(allowed);
            const std::optional<double> value = parse_percentage(at.node.text);
            if (!value || *value <= 0 || *value >= 1) return at.refuse(allowed);
            into = *value;
            return true;
          },
          [](const double& value) { return text_node(fmt::format("{:.15g}%", value * 100)); }};
}

void check_objective(const Cursor& at, const ObjectiveSpec& objective) {
  const bool latency = objective.slower_than.has_value() || objective.share.has_value();
  const bool whole = objective.slower_than.has_value() && objective.share.has_value();
  if (objective.errors ? !latency : whole) return;
  at.fail(objective.errors ? "errors and slowerThan are objectives of their own"
          : latency        ? "slowerThan and share are given together"
                           : "nothing is promised",
          "errors, or slowerThan with share");
}

Type<ObjectiveSpec> objective_type() {
  return object_type<ObjectiveSpec>(
      {
          field("errors", &ObjectiveSpec::errors, optional_type(share_type()),
                "Greatest share of failed requests."),
          field("slowerThan", &ObjectiveSpec::slower_than,
                optional_type(duration_type(Duration(5), seconds(10))),
                "Which requests are slow; the next bound that Knative counts by is taken."),
          field("share", &ObjectiveSpec::share, optional_type(share_type()),
                "Greatest share of slow requests."),
      },
      check_objective);
}

Type<std::string> query_type() {
  constexpr const char* kAllowed =
      "PromQL with {{revision}}, and perhaps {{namespace}}, inside its quoted matchers";
  Type<std::string> type = text_type(kAllowed);
  type.shape.max_length = kMaxQueryBytes;
  type.read = [any = type.read](const Cursor& at, std::string& into) {
    std::string text;
    if (!any(at, text)) return false;
    if (const std::string fault = query_template_fault(text); !fault.empty()) {
      return at.fail(fault, kAllowed);
    }
    into = std::move(text);
    return true;
  };
  return type;
}

Type<CheckSpec> check_type() {
  return object_type<CheckSpec>({
      required(field("name", &CheckSpec::name, name_type(), "What it is called in verdicts.")),
      required(field("query", &CheckSpec::query, query_type(),
                     "Gives one value for each Revision; none is neither good nor bad.")),
      field("worse", &CheckSpec::worse, choice_type<WorseWhen>({"Higher", "Lower"}),
            "Which values are worse."),
      field("times", &CheckSpec::times, number_type(1, 1000),
            "So many times stable's value (Lower: that part of it) the candidate may have."),
      field("plus", &CheckSpec::plus, number_type(0, 1e15),
            "So much more (Lower: less) it may have besides, in the query's own unit."),
  });
}

void check_names(const Cursor& at, const AnalysisSpec& analysis) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < analysis.checks.size(); ++i) {
    const std::string& name = analysis.checks[i].name;
    if (seen.insert(name).second) continue;
    at.field("checks", *at.node.find("checks"))
        .item(i)
        .fail("another check is called " + name, "a name of its own");
  }
}

}  // namespace

Type<AnalysisSpec> analysis_type() {
  std::vector<Field<AnalysisSpec>> fields = {
      field("mode", &AnalysisSpec::mode, choice_type<AnalysisMode>({"Metrics", "ReadinessOnly"}),
            "Metrics judges the candidate's requests against stable's; ReadinessOnly looks at "
            "nothing but whether its Revision is Ready."),
      field("falseRollback", &AnalysisSpec::false_rollback, number_type(1e-6, 0.1),
            "Chance that a candidate as good as stable is ever rolled back."),
      field("missedRegression", &AnalysisSpec::missed_regression, number_type(1e-6, 0.5),
            "Chance that a candidate worse than the promotion margin is promoted."),
      field("errors", &AnalysisSpec::errors, errors_type(),
            "How much worse the share of failed requests may be; auto chooses the margins from "
            "stable's own hour before the rollout."),
      field("latency", &AnalysisSpec::latency, latency_type(),
            "How much worse the share of slow requests may be; auto chooses the margins from "
            "stable's own hour before the rollout."),
      field("objectives", &AnalysisSpec::objectives,
            list_type(objective_type(), "at most 4 objectives", 0, kMaxObjectives),
            "What the service promises. A candidate that breaks one, and is worse than stable, is "
            "rolled back; while both break it nothing is raised."),
      field("warmUp", &AnalysisSpec::warm_up, duration_type(seconds(0), hours(1)),
            "Age below which an instance's latency is no evidence. Where all are younger (scale to "
            "zero between bursts) latency is not judged; 0s has it judged."),
      field("dispersion", &AnalysisSpec::dispersion,
            auto_or(optional_type(number_type(1, kMaxDispersion))),
            "How many times as much as by chance errors vary between instances and minutes: "
            "evidence is tempered by it; auto learns it."),
      field("checks", &AnalysisSpec::checks,
            list_type(check_type(), "at most 4 checks", 0, kMaxChecks),
            "Queries of your own, asked for both Revisions; a candidate that is worse more often "
            "than not is rolled back."),
  };
  return object_type<AnalysisSpec>(std::move(fields), check_names);
}

}  // namespace freshet::config
