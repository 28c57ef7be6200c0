// When `status --wait` ends, and how.
#include "controller/cli/wait.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "controller/cli/context.h"
#include "controller/cli/render_text.h"

namespace freshet {
namespace {

using End = std::optional<WaitEnd>;

constexpr std::size_t kLeastDigits = 12;

// Holds that pass by themselves; every other one waits for a person.
constexpr std::array<std::string_view, 12> kPassing{
    "NoTraffic",        "StaleMetrics",  "WarmingUp",        "StableUnready",
    "CandidateUnready", "RouteNotReady", "Queued",           "Wave",
    "PoliciesUnknown",  "StaleWatch",    "GateInconclusive", "TagGone"};

bool is_digest(const std::string& wanted, const std::string& digest) {
  if (wanted.find(':') != wanted.npos) return digest == wanted;
  return digest.substr(digest.find(':') + 1).starts_with(wanted);
}

// What it holds; "" where that is not told, or does not count.
std::string content_of(const ServiceDetail& detail, const std::string& wanted) {
  if (detail.tracked.spec.rollout.same_content != SameContent::kSkip) return "";
  for (const SeenTag& tag : detail.status.tags) {
    for (const SeenDigest& one : tag.digests) {
      if (is_digest(wanted, one.digest)) return one.content;
    }
  }
  return "";
}

// The wanted digest, or one that it is a rebuild of.
bool has_digest(const ServiceDetail& detail, const std::string& wanted,
                const DigestTexts& digests) {
  const std::string content = content_of(detail, wanted);
  return std::any_of(digests.begin(), digests.end(), [&](const auto& one) {
    return is_digest(wanted, one.second) ||
           (!content.empty() && content_of(detail, one.second) == content);
  });
}

const RejectionStatus* rejection_of(const ServiceDetail& detail, const std::string& wanted) {
  for (const RejectionStatus& one : detail.status.rejected) {
    if (has_digest(detail, wanted, one.digests)) return &one;
  }
  return nullptr;
}

End needs_person(const ServiceDetail& detail) {
  for (const HoldStatus& hold : detail.status.holds) {
    const bool passes = std::find(kPassing.begin(), kPassing.end(), hold.reason) != kPassing.end();
    if (passes || hold.until) continue;
    return WaitEnd{kHeld, "held: " + hold_text(hold)};
  }
  return {};
}

End lasting_trouble(const ServiceDetail& detail, TimePoint now) {
  const Condition* ready = condition(detail, "Ready");
  if (ready == nullptr || ready->status != "False") return {};
  if (now - ready->last_transition_time < kTroubleLasts) return {};
  return WaitEnd{kHeld, "not ready, " + ready->reason + ": " + ready->message};
}

// How a rollout that is over ended; nothing where it is to be tried again.
End ending(const HistoryEntry& entry) {
  if (entry.outcome == "Promoted") return WaitEnd{kDone, "promoted: " + entry.message};
  if (entry.outcome == "Deferred" || entry.outcome == "Shadow") return {};
  if (entry.outcome == "Superseded") return WaitEnd{kSuperseded, "superseded: " + entry.message};
  return WaitEnd{kFailed, entry.outcome + ": " + entry.message};
}

enum class Seen { kNewest, kOlder, kNever };
Seen seen_on_tags(const ServiceDetail& detail, const std::string& wanted) {
  Seen seen = Seen::kNever;
  for (const SeenTag& tag : detail.status.tags) {
    for (const SeenDigest& one : tag.digests) {
      if (!is_digest(wanted, one.digest)) continue;
      if (&one == named_by(tag)) return Seen::kNewest;
      seen = Seen::kOlder;
    }
  }
  return seen;
}

End not_on_tags(const ServiceDetail& detail, const Wait& wait, TimePoint now) {
  const Seen seen = seen_on_tags(detail, wait.digest);
  if (seen == Seen::kNewest || detail.status.tags.empty()) return {};
  if (seen == Seen::kOlder) {
    return WaitEnd{kSuperseded, "superseded: the tag names " + newest_digest(detail) + " now"};
  }
  const auto moved = [&](const SeenTag& tag) {
    const SeenDigest* named = named_by(tag);
    return named != nullptr && named->first_seen > wait.began;
  };
  if (std::any_of(detail.status.tags.begin(), detail.status.tags.end(), moved)) {
    return WaitEnd{kSuperseded,
                   "another digest came instead: the tag names " + newest_digest(detail)};
  }
  if (now - wait.began < detail.tracked.spec.poll.every + kPollSlack) return {};
  return WaitEnd{kSuperseded, "not followed: after a whole poll period the tag still names " +
                                  newest_digest(detail)};
}

End end_for_digest(const ServiceDetail& detail, const Wait& wait, TimePoint now) {
  const auto& status = detail.status;
  if (status.stable && has_digest(detail, wait.digest, status.stable->digests)) {
    return WaitEnd{kDone, "promoted: " + short_digests(status.stable->digests) + " runs as " +
                              status.stable->name};
  }
  const bool active = rollout_of(detail) != nullptr && status.candidate &&
                      has_digest(detail, wait.digest, status.candidate->digests);
  if (active) return needs_person(detail);
  if (const RejectionStatus* rejected = rejection_of(detail, wait.digest)) {
    return WaitEnd{kFailed, "rejected: " + rejected->why};
  }
  for (const HistoryEntry& entry : status.history) {
    if (entry.ended < wait.began || !has_digest(detail, wait.digest, entry.to_digests)) continue;
    if (entry.outcome == "Promoted") break;  // and something else runs already
    if (const End end = ending(entry)) return end;
    break;
  }
  if (const End end = lasting_trouble(detail, now)) return end;
  if (const End end = not_on_tags(detail, wait, now)) return end;
  return needs_person(detail);
}

End end_for_newest(const ServiceDetail& detail, Wait& wait, TimePoint now) {
  if (const Rollout* rollout = rollout_of(detail)) {
    wait.rollout = rollout->id;
    if (std::holds_alternative<Retreating>(detail.core->phase)) return {};
    return needs_person(detail);
  }
  const std::string over = std::exchange(wait.rollout, "");
  for (const HistoryEntry& entry : detail.status.history) {
    if (over.empty() || entry.rollout != over) continue;
    const End end = ending(entry);
    if (end && end->exit_code != kSuperseded) return end;
  }
  if (!detail.core || !std::holds_alternative<Idle>(detail.core->phase)) {
    return needs_person(detail);
  }
  if (!detail.status.behind_since && detail.status.holds.empty()) {
    return WaitEnd{kDone, "nothing newer is known: " + detail.status.message};
  }
  if (const RejectionStatus* rejected = rejection_of_newest(detail)) {
    return WaitEnd{kFailed, "rejected: " + rejected->why};
  }
  // Knative has had its time.
  for (const HoldStatus& hold : detail.status.holds) {
    const bool lasts = hold.reason == "RouteNotReady" && now - hold.since >= kTroubleLasts;
    if (lasts) return WaitEnd{kHeld, "held: " + hold_text(hold)};
  }
  return needs_person(detail);
}

}  // namespace

Result<std::string> parse_wanted_digest(const std::string& text) {
  const std::size_t at = text.rfind('@');
  const std::string wanted = at == text.npos ? text : text.substr(at + 1);
  if (Digest::parse(wanted)) return wanted;
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (wanted.size() >= kLeastDigits && std::all_of(wanted.begin(), wanted.end(), is_hex)) {
    return wanted;
  }
  return bad_input("--digest is " + printable(text, 100) +
                   "; allowed: sha256:… in full, or at least 12 of its hexadecimal digits");
}

std::optional<WaitEnd> wait_end(const ServiceDetail& detail, Wait& wait, TimePoint now) {
  if (detail.status.phase.empty()) return {};  // nobody has looked at it yet
  const End end =
      wait.digest.empty() ? end_for_newest(detail, wait, now) : end_for_digest(detail, wait, now);
  if (end) return end;
  return lasting_trouble(detail, now);
}

}  // namespace freshet
