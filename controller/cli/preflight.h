// The adoption checks, before anything is tracked: values in, lines out.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "controller/model/observation.h"
#include "controller/registry/resolve.h"
#include "controller/runtime/metrics_source.h"

namespace freshet {

// What `freshet preflight` has read.
struct PreflightFacts {
  ServiceKey key;                         // of the Knative Service
  std::optional<Error> tracked_problem;   // TrackedServices could not be listed
  std::optional<std::string> tracked_by;  // name of the TrackedService that follows it
  TrackedServiceSpec spec;                // that one's; else the defaults
  Result<ServiceView> service = make_error(ErrorKind::kNotFound, "");
  std::vector<RevisionView> revisions;
  struct Image {
    FollowedImage followed;
    Result<std::variant<Confirmed, RegistryFailure>> resolved;
    std::string pull_secret = {};  // whose credential was used: "shop/regcred#ghcr.io"; ""
    std::string grant = {};        // the command that lets the controller read it
  };
  Result<std::vector<Image>> images = std::vector<Image>{};
  std::optional<Result<FoundMetrics>> metrics;  // nullopt: no Prometheus was named
  std::optional<bool> sees_activators;          // nullopt: could not be asked
  std::optional<bool> sees_several_clusters;    // likewise
};

struct PreflightLine {
  enum class Mark { kGood, kBad, kUnknown };
  Mark mark = Mark::kGood;
  std::string what;  // a sentence
  std::string fix;   // what to apply; "" where nothing is to be done; may have several lines
  bool operator==(const PreflightLine&) const = default;
};

std::vector<PreflightLine> preflight_lines(const PreflightFacts& facts, TimePoint now);
// "✓ …" and "✗ …", what to apply below each, and a closing line.
std::string preflight_text(const std::vector<PreflightLine>& lines, bool colours);
bool passes(const std::vector<PreflightLine>& lines);  // none is bad

// The one Revision that gets every request; nullopt where there are several, or none.
std::optional<RevisionName> sole_revision(const ServiceView& service);

}  // namespace freshet
