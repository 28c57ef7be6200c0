// The adoption checks as lines.
#include "controller/cli/preflight.h"

#include <algorithm>

#include "base/text.h"
#include "controller/cli/text_layout.h"
#include "controller/model/follow_policy.h"
#include "controller/planner/managed.h"

namespace freshet {
namespace {

using Lines = std::vector<PreflightLine>;
using Mark = PreflightLine::Mark;

constexpr const char* kScrapeActivator =
    "scrape the activator: port http-metrics (9090) of Deployment knative-serving/activator,\n"
    "with metrics-protocol: prometheus in ConfigMap knative-serving/config-observability";

void good(Lines& lines, std::string what) { lines.push_back({Mark::kGood, std::move(what), ""}); }
void bad(Lines& lines, std::string what, std::string fix) {
  lines.push_back({Mark::kBad, std::move(what), std::move(fix)});
}

void check_installed(const PreflightFacts& facts, Lines& lines) {
  if (facts.tracked_problem) {
    const bool missing = facts.tracked_problem->kind == ErrorKind::kRefused;
    bad(lines,
        missing ? "this cluster does not know TrackedService"
                : "TrackedServices cannot be read: " + facts.tracked_problem->message,
        missing ? "freshet crd | kubectl apply --server-side -f -"
                : "ask for the right to read trackedservices.freshet.dev");
    return;
  }
  good(lines, facts.tracked_by ? "TrackedService " + *facts.tracked_by + " follows it already"
                               : "this cluster knows TrackedService");
}

void check_ready(const ServiceView& service, Lines& lines) {
  if (service.ready.status == Tri::kTrue) {
    good(lines, "Service " + to_string(service.key) + " is Ready");
    return;
  }
  bad(lines, "Service " + to_string(service.key) + " is not Ready: " + service.ready.message,
      "mend the Service; adoption goes on by itself when it is Ready");
}

void check_split(const ServiceView& service, Lines& lines) {
  const auto one = sole_revision(service);
  if (!one) {
    bad(lines, "its traffic is split: " + to_string(serving(service.observed_traffic)),
        "give one Revision all requests, or: freshet adopt " + service.key.name + " --to REVISION");
    return;
  }
  const bool latest = std::ranges::any_of(service.traffic, [](const TrafficTarget& target) {
    return !target.revision && target.percent.get() > 0;
  });
  good(lines, one->get() + " gets all requests" +
                  (latest ? "; its traffic follows the latest Revision, and is pinned by name "
                            "when it is adopted"
                          : ", pinned by name"));
}

void check_digest(const PreflightFacts& facts, Lines& lines) {
  const auto one = sole_revision(*facts.service);
  if (!one) return;
  const auto view = std::ranges::find(facts.revisions, *one, &RevisionView::name);
  if (view == facts.revisions.end() || !view->digests.empty()) return;
  bad(lines, "Knative shows no digest for the containers of " + one->get(),
      "let Knative resolve tags (registries-skipping-tag-resolving), or write the image as "
      "repository:tag@sha256:…");
}

bool has_rollout(const CoreRead& read) {
  const auto* core = std::get_if<Core>(&read);
  return core == nullptr || active_rollout(core->phase) != nullptr;  // or is not known
}

void check_tag(const PreflightFacts& facts, Lines& lines) {
  const std::string& tag = facts.spec.rollout.tag;
  const ServiceView& service = *facts.service;
  const auto core = service.annotations.find(std::string(kCoreAnnotation));
  const bool ours = core != service.annotations.end() && has_rollout(read_core(core->second));
  const bool taken = std::ranges::any_of(service.traffic, [&](const TrafficTarget& target) {
    return target.tag && target.tag->get() == tag;
  });
  if (taken && !ours) {
    bad(lines, "traffic tag " + tag + " is in use on this Service",
        "take it off, or choose another: spec.rollout.tag");
    return;
  }
  good(lines, "traffic tag " + tag + (taken ? " is Freshet's own" : " is free"));
}

void check_managers(const PreflightFacts& facts, Lines& lines) {
  const ServiceView& service = *facts.service;
  const auto& managers = service.other_managers;
  if (managers.empty()) {
    good(lines, "no other tool manages this Service");
    return;
  }
  if (const auto managed = managed_elsewhere(service, facts.spec.rollout)) {
    bad(lines, managed->message, managed->fix);
    return;
  }
  good(lines, join(managers, " and ") + " manages this Service too; " +
                  (facts.spec.rollout.allow_overwrite
                       ? "rollout.allowOverwrite acknowledges it"
                       : "rollout.writeMode TrafficOnly leaves spec.template to it"));
}

void check_image(const PreflightFacts::Image& image, TimePoint now, Lines& lines) {
  const std::string name = followed_name(image.followed.reference, image.followed.follow);
  const std::string container = image.followed.container.get();
  if (!image.resolved) {
    bad(lines, name + " cannot be asked for: " + image.resolved.error().message,
        "mend what is named, and try: freshet resolve " + name);
    return;
  }
  if (const auto* failure = std::get_if<RegistryFailure>(&*image.resolved)) {
    bad(lines, "the registry does not resolve " + name + ": " + failure->message,
        std::string(advice(failure->kind)));
    return;
  }
  const Confirmed& found = std::get<Confirmed>(*image.resolved);
  std::string what =
      "container " + container + " follows " + name + ", which names " + found.digest.short_form();
  if (found.created) what += ", made " + format_age(now - *found.created) + " ago";
  good(lines, what);
  if (image.pull_secret.empty()) return;
  lines.push_back({Mark::kUnknown,
                   "its credential is that of pull secret " + image.pull_secret +
                       ", which the controller reads only where that was granted",
                   image.grant});
}

void check_images(const PreflightFacts& facts, TimePoint now, Lines& lines) {
  if (!facts.images) {
    bad(lines, facts.images.error().message,
        "name the tag to follow: freshet track " + facts.key.name + " --image REPOSITORY:TAG");
    return;
  }
  for (const PreflightFacts::Image& image : *facts.images) check_image(image, now, lines);
}

void check_metrics(const PreflightFacts& facts, Lines& lines) {
  if (facts.spec.analysis.mode == AnalysisMode::kReadinessOnly) {
    good(lines, "analysis.mode is ReadinessOnly: no metrics are asked for");
    return;
  }
  if (!facts.metrics) {
    lines.push_back(
        {Mark::kUnknown, "metrics were not looked for", "--prometheus URL asks for them"});
    return;
  }
  const Result<FoundMetrics>& found = *facts.metrics;
  if (!found) {
    bad(lines, "Prometheus cannot be asked: " + found.error().message,
        "name it as the controller reaches it: --prometheus http://HOST:PORT");
    return;
  }
  if (found->dialect == nullptr) {
    const auto serving = sole_revision(*facts.service);
    bad(lines, missing_metrics(found->finding, serving ? serving->get() : "the Revision"),
        std::string(metrics_remedy(found->finding)));
    return;
  }
  good(lines, "request metrics of the Revision that serves are there: " +
                  std::string(found->dialect->says));
  if (facts.sees_activators == false) {
    lines.push_back({Mark::kUnknown,
                     "the activator is not scraped: requests that fail before they reach a pod "
                     "are not seen",
                     kScrapeActivator});
  }
  if (facts.sees_several_clusters == true) {
    lines.push_back({Mark::kUnknown,
                     "Prometheus holds series of this Revision from several clusters: pods of "
                     "namesakes would be counted as its own",
                     "name this cluster's, to the controller as well: --prometheus-matcher "
                     "'cluster=\"NAME\"'"});
  }
}

}  // namespace

std::optional<RevisionName> sole_revision(const ServiceView& service) {
  const Traffic shares = serving(service.observed_traffic);
  if (shares.size() != 1) return std::nullopt;
  return shares.front().revision;
}

Lines preflight_lines(const PreflightFacts& facts, TimePoint now) {
  Lines lines;
  check_installed(facts, lines);
  if (!facts.service) {
    const bool missing = facts.service.error().kind == ErrorKind::kNotFound;
    bad(lines,
        missing ? "there is no Knative Service " + to_string(facts.key)
                : "Service " + to_string(facts.key) +
                      " cannot be read: " + facts.service.error().message,
        missing
            ? "kn service create " + facts.key.name + " -n " + facts.key.name_space + " --image …"
            : "ask for the right to read services.serving.knative.dev");
    return lines;
  }
  check_ready(*facts.service, lines);
  check_split(*facts.service, lines);
  check_digest(facts, lines);
  check_tag(facts, lines);
  check_managers(facts, lines);
  check_images(facts, now, lines);
  check_metrics(facts, lines);
  return lines;
}

bool passes(const Lines& lines) {
  return std::ranges::none_of(lines, [](const auto& line) { return line.mark == Mark::kBad; });
}

std::string preflight_text(const Lines& lines, bool colours) {
  std::string out;
  for (const PreflightLine& line : lines) {
    switch (line.mark) {
      case Mark::kGood: out += paint("✓", Colour::kGreen, colours); break;
      case Mark::kBad: out += paint("✗", Colour::kRed, colours); break;
      case Mark::kUnknown: out += paint("–", Colour::kYellow, colours); break;
    }
    out += " " + line.what + "\n";
    if (line.fix.empty()) continue;
    for (const std::string& fix : split(line.fix, '\n')) out += "    " + fix + "\n";
  }
  return out + (passes(lines) ? "It can be adopted.\n" : "It cannot be adopted yet.\n");
}

}  // namespace freshet
