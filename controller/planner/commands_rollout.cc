// Commands about a rollout's course: abort, promote, pause, resume.
#include <algorithm>

#include "controller/planner/commands.h"
#include "controller/planner/decide.h"
#include "controller/planner/explain.h"
#include "controller/planner/gate_course.h"
#include "controller/planner/holds.h"
#include "controller/planner/ledger.h"
#include "controller/planner/look.h"
#include "controller/planner/raise.h"
#include "controller/planner/retreat.h"
#include "controller/planner/target.h"
#include "controller/planner/waits.h"

namespace freshet::planning {
namespace {

std::string not_meant(const Command& command, const Pass& pass, const Rollout& rollout) {
  if (command.rollout && *command.rollout != rollout.id) {
    return "it was meant for rollout " + *command.rollout + ", the present one is " + rollout.id;
  }
  if (!command.step) return "";
  const auto* shifting = std::get_if<Shifting>(&pass.core.phase);
  if (shifting != nullptr && shifting->step + 1 == *command.step) return "";
  return "it was meant for step " + std::to_string(*command.step) + ", the rollout is at " +
         (shifting == nullptr ? std::string(phase_name(pass.core.phase))
                              : step_text(rollout, shifting->step));
}

std::string other_than_intended(const RevisionView& candidate, const Rollout& rollout) {
  for (const auto& [container, digest] : rollout.candidate.pair.digests) {
    const auto runs = candidate.digests.find(container);
    if (runs == candidate.digests.end() || runs->second != digest) {
      return candidate.name.get() + " does not run the intended digest";
    }
  }
  return "";
}

// People may overrule evidence, never safety.
std::string unsafe_to_promote(const Pass& pass, const Command& command, const Rollout& rollout) {
  if (std::holds_alternative<Preparing>(pass.core.phase) && !pass.spec().gates.empty()) {
    return "its gates have not been tried yet; they are once it is Ready, and promote then "
           "overrules those that cannot be told";
  }
  const RevisionView* candidate = candidate_view(pass, rollout);
  if (!is_ready(candidate)) return "the candidate is not Ready";
  if (const auto other = other_than_intended(*candidate, rollout); !other.empty()) return other;
  if (is_foreign_edit(pass)) return "someone else set the percents; resume decides first";
  if (find_rejection(pass, rollout.candidate.pair) != nullptr) {
    return "its pair is rejected; retry takes that back";
  }
  if (pass.seen.spec_invalid) return "the spec does not parse; correct it first";
  if (std::holds_alternative<Waiting>(pass.core.phase) && !have_all_gates_passed(pass)) {
    return "its gates were changed, and have not all passed";
  }
  const auto holds = active_holds(pass.core, pass.now);
  if (!holds.empty()) return "it is paused by " + holds.front().owner + "; resume first";
  if (!command.full && !is_ready(stable_view(pass))) {
    return "stable is not Ready: no split with it is programmed; promote --full leaves it";
  }
  return "";
}

// A person's word may stand for what gates could not tell; which is said, and kept in history.
std::string past_gates(const Pass& pass) {
  if (!std::holds_alternative<Gating>(pass.core.phase)) return "";
  std::string out;
  for (const GateRecord& gate : pass.memo.gates.gates) {
    if (gate.state != GateState::kPassed) out += (out.empty() ? "" : ", ") + gate.name;
  }
  return out.empty() ? "" : ", gates not passed: " + out;
}

bool may_be_overruled(const HoldStatus& hold) {
  return hold.reason == kWindowHold || hold.reason == kFreezeHold;
}

// Policies that a person may overrule with a reason, or why they may not be.
std::string closed_to_promote(const Pass& pass, const Command& command) {
  const auto& holds = pass.permission.holds;
  const auto stands = std::ranges::find_if_not(holds, may_be_overruled);
  if (stands != holds.end()) return stands->message;
  if (holds.empty() || !command.reason.empty()) return "";
  return holds.front().message + "; --reason TEXT overrides it";
}

std::string overruled(const Pass& pass) {
  std::string out;
  for (const HoldStatus& hold : pass.permission.holds) {
    out += (out.empty() ? "; overrules: " : ", ") + hold.message;
  }
  return out;
}

Transition next_rung(const Pass& pass, const Rollout& rollout, const std::string& by) {
  const auto* shifting = std::get_if<Shifting>(&pass.core.phase);
  if (std::holds_alternative<Baking>(pass.core.phase)) return finish(pass, rollout, by);
  if (shifting == nullptr) return to_step(pass, rollout, 0, by);
  const int next = shifting->step + 1;
  if (static_cast<std::size_t>(next) == rollout.plan.size()) return to_baking(pass, rollout, by);
  return to_step(pass, rollout, next, by);
}

// Others may have to go first (turn.h): a person lets this one go all the same.
Answer begin_out_of_turn(const Pass& pass, const Command& command) {
  const bool names_one = command.rollout || command.step || command.full;
  if (names_one || !std::holds_alternative<Idle>(pass.core.phase) || is_foreign_edit(pass)) {
    return Refused{"no rollout is active"};
  }
  const Targets targets = find_targets(pass);
  if (!targets.start && targets.barred && targets.barred->rejected) {
    return Refused{"no rollout is active, and what is wanted is rejected; retry takes that back"};
  }
  if (!targets.start) return Refused{"no rollout is active"};
  if (const auto closed = closed_to_promote(pass, command); !closed.empty()) {
    return Refused{"no rollout is active: " + closed};
  }
  auto holds = starting_holds(pass);
  std::erase_if(holds, may_be_overruled);
  if (!holds.empty()) return Refused{"no rollout is active: " + holds.front().message};
  Transition begun = begin_rollout(pass, *targets.start);
  if (!begun.write) return Refused{"no rollout is active: " + begun.explanation.message};
  say_more(begun, " (begun by " + on_word(command) + overruled(pass) + ")");
  std::string sentence = begun.facts.back().message;
  return Accepted{std::move(sentence), std::move(begun)};
}

}  // namespace

Answer answer_abort(Pass& pass, const Command& command) {
  const Rollout* rollout = pass.rollout();
  if (rollout == nullptr) return Refused{"no rollout is active"};
  if (std::holds_alternative<Retreating>(pass.core.phase)) {
    return Refused{"the candidate is being taken back already"};
  }
  if (const auto other = not_meant(command, pass, *rollout); !other.empty()) return Refused{other};
  return Accepted{
      "rollout " + rollout->id + " is taken back",
      begin_retreat(pass, *rollout, {RetreatWhy::kAborted, "aborted by " + on_word(command)})};
}

std::string barred_to_end(const Pass& pass, const Command& command, const Rollout& rollout) {
  if (lacks_approval_to_promote(pass, rollout)) {
    return "a policy asks for a RolloutApproval of rollout " + rollout.id + " (freshet approve)";
  }
  return closed_to_promote(pass, command);
}

Answer answer_promote(Pass& pass, const Command& command) {
  const Rollout* active = pass.rollout();
  if (active == nullptr) return begin_out_of_turn(pass, command);
  // A retreat to a stable that does not run has no end, and the candidate may be the cure.
  const bool no_way_back = command.full && !is_ready(stable_view(pass));
  if (std::holds_alternative<Retreating>(pass.core.phase) && !no_way_back) {
    return Refused{"the candidate is being taken back"};
  }
  if (const auto other = not_meant(command, pass, *active); !other.empty()) return Refused{other};
  const std::string unsafe = unsafe_to_promote(pass, command, *active);
  if (!unsafe.empty()) return Refused{unsafe};
  if (auto barred = barred_to_end(pass, command, *active); command.full && !barred.empty()) {
    return Refused{std::move(barred)};
  }
  const std::string closed = closed_to_promote(pass, command);
  if (!closed.empty()) return Refused{closed};
  const Rollout rollout = identified(*active, *candidate_view(pass, *active));
  const std::string by = "promoted by " + on_word(command) + past_gates(pass) + overruled(pass);
  Transition carried = command.full ? finish(pass, rollout, by) : next_rung(pass, rollout, by);
  std::string sentence = carried.facts.back().message;
  return Accepted{std::move(sentence), std::move(carried)};
}

Answer answer_pause(Pass& pass, const Command& command) {
  if (pass.origin != CoreOrigin::kOurs) return Refused{"the Service is not adopted yet"};
  if (command.until && *command.until <= pass.now) {
    return Refused{"--until=" + format_rfc3339(*command.until) + " is over already"};
  }
  Core next = pass.core;
  std::erase_if(next.holds, [&](const Hold& hold) { return hold.owner == author(command); });
  if (next.holds.size() >= kMaxHolds) return Refused{"there are too many holds already"};
  next.holds.push_back({author(command), command.reason, pass.now, command.until});
  std::string sentence = "paused: nothing is started or raised";
  if (command.until) sentence += " until " + format_rfc3339(*command.until);
  return Accepted{sentence, write(pass, {std::move(next), false, KeepTemplate{}, false, "pause"},
                                  fact("HeldByPerson", sentence))};
}

namespace {

// A stop, or policies that are not known: not even a person's word raises anything.
bool is_stopped(const Pass& pass) {
  const Rollout* rollout = pass.rollout();
  const bool raises = rollout != nullptr && rollout->candidate.name &&
                      share_of(serving(pass.service.traffic), *rollout->candidate.name) <
                          candidate_percent(pass.core);
  if (!raises) return false;
  return std::ranges::any_of(pass.permission.holds, [](const HoldStatus& hold) {
    return !may_be_overruled(hold) && hold.reason != kApprovalHold;
  });
}

// Freshet's own percents again; during a retreat as well.
Transition keep_mine(const Pass& pass, Core next) {
  next.since = pass.now;
  const bool urgent = std::holds_alternative<Retreating>(next.phase);
  return write(pass, {std::move(next), true, KeepTemplate{}, urgent, "keep mine"},
               fact("Resumed", "the rollout's own percents are written again"));
}

// What the rollout was about does not begin again in a moment, unless it is what they chose.
constexpr std::string_view kKeptTheirs =
    "the rollout ends; the Service is adopted as found, and what was rolled out is rejected unless "
    "that is it";

Transition keep_theirs(const Pass& pass, Core next) {
  Pass ending = pass;
  remember(ending.memo, history_entry(pass, *pass.rollout(), "Aborted",
                                      "a person's percents were kept", pass.now));
  const Pair& left = pass.rollout()->candidate.pair;
  reject(next, left, pass.now + pass.rules().rejection_expires, "a person's percents were kept");
  next = enter(std::move(next), Adopting{}, pass.now);
  next.stable.reset();
  return write(ending, {std::move(next), false, KeepTemplate{}, false, "keep theirs"},
               fact("Aborted", std::string(kKeptTheirs)));
}

}  // namespace

Answer answer_resume(Pass& pass, const Command& command) {
  const bool edited = pass.rollout() != nullptr && is_foreign_edit(pass);
  const bool decides = command.keep_mine || command.keep_theirs;
  if (command.keep_mine && command.keep_theirs) {
    return Refused{"--keep-mine and --keep-theirs exclude one another"};
  }
  if (decides && !edited) return Refused{"nobody else has set percents in a rollout"};
  if (command.keep_mine && is_stopped(pass)) return Refused{pass.permission.holds.front().message};
  Core next = pass.core;
  next.holds.clear();
  if (edited && command.keep_mine) {
    return Accepted{"the rollout's own percents are written again", keep_mine(pass, next)};
  }
  if (edited && command.keep_theirs) {
    return Accepted{std::string(kKeptTheirs), keep_theirs(pass, next)};
  }
  if (active_holds(pass.core, pass.now).empty()) {
    return Refused{edited ? "say --keep-mine or --keep-theirs" : "nothing is paused"};
  }
  return Accepted{"resumed", write(pass, {std::move(next), false, KeepTemplate{}, false, "resume"},
                                   fact("Resumed", "resumed by " + on_word(command)))};
}

}  // namespace freshet::planning
