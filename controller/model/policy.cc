// One policy as it binds.
#include "controller/model/policy.h"

#include <algorithm>

namespace freshet {
namespace {

// A zone may have gone with another tzdata since the spec was checked: then it is not understood.
void read_windows(const std::vector<WindowSpec>& specs, Fold fold, std::vector<Window>& into,
                  Policy& policy) {
  for (const WindowSpec& spec : specs) {
    auto window = parse_window(spec, fold);
    if (window) into.push_back(*std::move(window));
    if (!window) policy.invalid = window.error().message;
  }
}

}  // namespace

Policy policy_of(const RolloutPolicy& object) {
  Policy out;
  out.title = object.kind + " " + object.name;
  out.owner = object.spec.owner;
  out.reason = object.spec.reason;
  out.match_labels = object.spec.selector.match_labels;
  out.waived_beyond = object.spec.waiver.image_age;
  out.stop = object.spec.stop;
  out.approval = object.spec.approval;
  read_windows(object.spec.allow, Fold::kNarrow, out.allow, out);
  read_windows(object.spec.deny, Fold::kWide, out.deny, out);
  return out;
}

bool selects(const Policy& policy, const std::map<std::string, std::string>& labels) {
  return std::ranges::all_of(policy.match_labels, [&](const auto& wanted) {
    const auto found = labels.find(wanted.first);
    return found != labels.end() && found->second == wanted.second;
  });
}

}  // namespace freshet
