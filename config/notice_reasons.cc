// The reasons of messages. tests/controller/planner/reasons_test.cc finds the one that is missing.
#include "config/notice_reasons.h"

#include <algorithm>
#include <array>
#include <span>

namespace freshet {
namespace {

constexpr std::array<std::string_view, 5> kEnds = {"Promoted", "RolledBack", "Deferred", "Aborted",
                                                   "Reduced"};
constexpr std::array<std::string_view, 15> kWaiting = {
    "AwaitingApproval", "Inconclusive", "DeadlinePassed", "GateInconclusive", "ForeignEdit",
    "PinnedAgain",      "StableGone",   "StableUnready",  "WaveStopped",      "WouldRollBack",
    "CoreLost",         "CoreDamaged",  "CoreNewer",      "CommandRefused",   "Parked"};
constexpr std::array<std::string_view, 9> kHolds = {
    "DowngradeHeld", "InvalidSpec",      "ManagedByFlagger", "ManagedByGitOps", "Split",
    "TagTaken",      "TemplateRejected", "TagGone",          "NotConfirmed"};
constexpr std::array<std::string_view, 21> kCourse = {
    "Adopted",           "Baking",      "CandidateFound", "CandidateReady", "CommandAccepted",
    "GateFailed",        "GatePassed",  "GatesBegun",     "HeldByPerson",   "Left",
    "Resumed",           "Retried",     "SameContent",    "ShadowBegan",    "ShadowEnded",
    "RetreatProgrammed", "ShadowSplit", "StepAdvanced",   "Superseded",     "TemplateReverted",
    "Withdrawn"};

bool has(std::span<const std::string_view> reasons, std::string_view reason) {
  return std::ranges::find(reasons, reason) != reasons.end();
}

}  // namespace

const std::vector<std::string>& notice_reasons() {
  static const std::vector<std::string> kAll = [] {
    std::vector<std::string> all;
    for (const std::span<const std::string_view> some :
         {std::span<const std::string_view>(kEnds), std::span<const std::string_view>(kWaiting),
          std::span<const std::string_view>(kHolds), std::span<const std::string_view>(kCourse)}) {
      all.insert(all.end(), some.begin(), some.end());
    }
    std::ranges::sort(all);
    return all;
  }();
  return kAll;
}

bool is_usual_reason(std::string_view reason) {
  return has(kEnds, reason) || has(kWaiting, reason) || has(kHolds, reason);
}

bool is_told_hold(std::string_view reason) { return has(kHolds, reason); }

}  // namespace freshet
