// Sums, shares and comparable forms of traffic.
#include "controller/model/traffic.h"

#include <algorithm>
#include <tuple>

#include "base/text.h"

namespace freshet {
namespace {

bool same_target(const TrafficTarget& a, const TrafficTarget& b) {
  return a.revision == b.revision && a.latest_revision == b.latest_revision;
}

}  // namespace

int percent_sum(const Traffic& traffic) {
  int sum = 0;
  for (const TrafficTarget& target : traffic) sum += target.percent.get();
  return sum;
}

int share_of(const Traffic& traffic, const RevisionName& revision) {
  int sum = 0;
  for (const TrafficTarget& target : traffic) {
    if (target.revision == revision) sum += target.percent.get();
  }
  return sum;
}

Traffic serving(const Traffic& traffic) {
  Traffic merged;
  for (const TrafficTarget& target : traffic) {
    if (target.percent.get() == 0) continue;
    // Where a name is known, how it came to be known (status resolves latestRevision) is no edit.
    const TrafficTarget bare{target.revision, !target.revision.has_value(), target.percent, {}};
    const auto same = std::ranges::find_if(
        merged, [&](const TrafficTarget& known) { return same_target(known, bare); });
    if (same == merged.end()) {
      merged.push_back(bare);
    } else {
      same->percent = Percent::clamp(same->percent.get() + bare.percent.get());
    }
  }
  std::ranges::sort(merged, [](const TrafficTarget& a, const TrafficTarget& b) {
    return std::tie(a.revision, a.percent) < std::tie(b.revision, b.percent);
  });
  return merged;
}

Traffic as_asked(Traffic observed) {
  for (TrafficTarget& target : observed) {
    if (target.latest_revision) target.revision.reset();
  }
  return observed;
}

std::string to_string(const Traffic& traffic) {
  std::vector<std::string> parts;
  for (const TrafficTarget& target : traffic) {
    std::string part = target.revision ? target.revision->get() : "latestRevision";
    part += " " + std::to_string(target.percent.get()) + " %";
    if (target.tag) part += " #" + target.tag->get();
    parts.push_back(std::move(part));
  }
  return parts.empty() ? "nothing" : join(parts, ", ");
}

}  // namespace freshet
