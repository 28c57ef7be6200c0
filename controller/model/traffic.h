// Traffic as Knative writes it: a list of TrafficTargets whose percents sum to 100.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/model/names.h"

namespace freshet {

struct TrafficTarget {
  std::optional<RevisionName> revision;  // in spec: nullopt means latestRevision
  bool latest_revision = false;
  Percent percent;
  std::optional<TrafficTag> tag;
  bool operator==(const TrafficTarget&) const = default;
};
using Traffic = std::vector<TrafficTarget>;

int percent_sum(const Traffic& traffic);
// Share of one Revision by name, all its entries added.
int share_of(const Traffic& traffic, const RevisionName& revision);
// Only the entries that get requests, merged by Revision and sorted: what people's edits are
// compared by.
Traffic serving(const Traffic& traffic);
// status.traffic in the words of spec.traffic: what follows the latest Revision bears no name.
Traffic as_asked(Traffic observed);
// "checkout-00007 95 %, checkout-00008 5 % #freshet"
std::string to_string(const Traffic& traffic);

}  // namespace freshet
