// One service in one paragraph.
#include <algorithm>

#include "base/text.h"
#include "controller/cli/render_text.h"

namespace freshet {
namespace {

std::string sentence(std::string text) {
  if (text.empty()) return "";
  if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  if (!text.ends_with('.')) text += ".";
  return text + " ";
}

// When the Revision that serves became stable, by the history kept.
const HistoryEntry* promotion_of_stable(const ServiceDetail& detail) {
  for (const HistoryEntry& entry : detail.status.history) {
    if (entry.outcome != "Promoted") continue;
    if (detail.status.stable && entry.revision == detail.status.stable->name) return &entry;
  }
  return nullptr;
}

std::string what_runs(const ServiceDetail& detail, TimePoint now) {
  const std::string name = detail.tracked.name_space + "/" + detail.tracked.name;
  if (!detail.status.stable) return name + " is tracked, and none of its Revisions is settled yet";
  const RevisionStatus& stable = *detail.status.stable;
  std::string out = name + " runs " + short_digests(stable.digests);
  if (stable.image_created) {
    out += ", an image made " + age_text(stable.image_created, now) + " ago";
  }
  out += ", as " + stable.name;
  if (detail.service) {
    const int share = share_of(detail.service->observed_traffic, RevisionName(stable.name));
    out += " with " + percent_text(share) + " of its requests";
  }
  if (const HistoryEntry* promoted = promotion_of_stable(detail)) {
    return out + ", promoted at " + moment_text(promoted->ended);
  }
  const RevisionView* view = find_revision(detail, stable.name);
  if (view != nullptr && view->created) out += ", since " + moment_text(*view->created);
  return out;
}

std::string newest(const ServiceDetail& detail, TimePoint now) {
  std::vector<std::string> parts;
  for (const SeenTag& tag : detail.status.tags) {
    if (tag.digests.empty()) {
      parts.push_back(tag.image + " could not be resolved yet");
      continue;
    }
    const SeenDigest& named = *named_by(tag);
    const std::string& revision = named.origin.revision;
    parts.push_back(tag.image + " names " + short_digests({{"", named.digest}}) +
                    (revision.empty() ? "" : " (source revision " + revision + ")") + ", seen " +
                    age_text(named.first_seen, now) + " ago");
  }
  std::string out = join(parts, "; ");
  if (!parts.empty() && !detail.status.behind_since) out += ", which is what runs";
  return out;
}

std::string rollout_story(const ServiceDetail& detail) {
  const Rollout* rollout = rollout_of(detail);
  if (rollout == nullptr) return "";
  const std::string candidate =
      detail.status.candidate ? short_digests(detail.status.candidate->digests) : "";
  const std::string what =
      rollout->candidate.why == CandidateWhy::kTemplate ? "A changed template" : "The newer image";
  if (std::holds_alternative<Retreating>(detail.core->phase)) {
    return what + " (" + candidate + ") is being taken back";
  }
  const std::string step = step_text(detail);
  return what + " (" + candidate + ") is being rolled out since " + moment_text(rollout->started) +
         (step.empty() ? "" : ", now at " + step);
}

// Why the newest is not out although no rollout goes on.
std::string not_out(const ServiceDetail& detail) {
  if (rollout_of(detail) != nullptr || !detail.status.behind_since) return "";
  const char* until = "; that stands until ";
  if (const RejectionStatus* rejected = rejection_of_newest(detail)) {
    return "It was rejected: " + rejected->why + until + moment_text(rejected->until);
  }
  if (const RejectionStatus* deferred = deferral_of_newest(detail)) {
    return "It was deferred: " + deferred->why + until + moment_text(deferred->until);
  }
  return "It is not rolled out yet";
}

// Nothing beside the rejection that not_out() tells.
bool holds_say_no_more(const ServiceDetail& detail) {
  return rollout_of(detail) == nullptr &&
         std::ranges::all_of(detail.status.holds, [](const HoldStatus& hold) {
           return hold.reason == "Rejected" || hold.reason == "TemplateRejected";
         });
}

}  // namespace

std::string why_paragraph(const ServiceDetail& detail, const RenderOptions& options) {
  // Names come first in these two and are left as they are written.
  std::string out = what_runs(detail, options.now) + ". ";
  const std::string tags = newest(detail, options.now);
  if (!tags.empty()) out += tags + ". ";
  out += sentence(rollout_story(detail));
  out += sentence(not_out(detail));
  const bool told = rejection_of_newest(detail) != nullptr || deferral_of_newest(detail) != nullptr;
  const bool quiet = mood_of(detail) == Mood::kSteady || (told && holds_say_no_more(detail));
  if (!quiet || (!told && !detail.status.stable)) {
    out += sentence(present_sentence(detail));
  }
  out += sentence("Next: " + next_sentence(detail));
  const auto columns = static_cast<std::size_t>(std::max(options.columns, 0));
  return wrapped(trim(out), columns) + "\n";
}

}  // namespace freshet
