// Hints: what something says about tags brings checks forward, and does nothing else.
#include <algorithm>

#include "base/relapse.h"
#include "controller/registry/poller.h"

namespace freshet {

TimePoint Poller::earliest_hinted(const Entry& entry, TimePoint now) const {
  if (relapsed(Relapse::kTrustedTrigger)) return now;
  auto earliest = std::max(now, entry.not_before);
  if (entry.observation.last_checked) {
    earliest = std::max(earliest, *entry.observation.last_checked + kHintSpacing);
  }
  return earliest;
}

void Poller::hint_entry(Entry& entry, TimePoint now) {
  entry.hinted = true;
  if (entry.check != 0) return;  // its answer may be on its way from before the tag moved
  set_due(entry, std::min(entry.due, earliest_hinted(entry, now)));
}

void Poller::hint_all(const std::string& beginning, TimePoint now) {
  for (auto place = entries_.lower_bound({beginning, ""});
       place != entries_.end() && place->first.reference.starts_with(beginning); ++place) {
    hint_entry(place->second, now);
  }
}

// Keys are "registry/repository:tag" and "registry/repository semver …".
void Poller::hint(const ImageReference& reference, TimePoint now) {
  const std::string repository = reference.registry + "/" + reference.repository;
  hint_all(repository + " ", now);
  if (!reference.tag) return hint_all(repository + ":", now);
  const std::string name = poll_key(reference, "").reference;
  for (auto place = entries_.lower_bound({name, ""});
       place != entries_.end() && place->first.reference == name; ++place) {
    hint_entry(place->second, now);
  }
}

}  // namespace freshet
