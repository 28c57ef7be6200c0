// Commands about what is settled: retry, adopt, repair, rollback.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "controller/planner/adopt.h"
#include "controller/planner/commands.h"
#include "controller/planner/decide.h"
#include "controller/planner/downgrade.h"
#include "controller/planner/explain.h"
#include "controller/planner/ledger.h"
#include "controller/planner/look.h"
#include "controller/planner/managed.h"
#include "controller/planner/retreat.h"

namespace freshet::planning {
namespace {

// What would be rolled out now if nothing stood against it, and what is being taken back: where
// stable does not run, only a person can let that stay.
std::vector<Pair> present_targets(const Pass& pass) {
  std::vector<Pair> out;
  if (const auto* retreat = std::get_if<Retreating>(&pass.core.phase)) {
    out.push_back(retreat->rollout.candidate.pair);
  }
  const auto present = present_pair(pass);
  if (present) out.push_back(*present);
  const auto digests = confirmed_digests(pass);
  if (digests && (present || pass.core.stable)) {
    out.push_back(present ? *present : pass.core.stable->pair);
    out.back().digests = *digests;
  }
  return out;
}

// What came of a state that the person had not seen is not what was meant.
bool was_seen(const Command& command, const Rejection& rejection) {
  return !command.seen || rejection.seq <= *command.seen;
}

bool is_one_of(const Pass& pass, const std::vector<Pair>& pairs, const Pair& pair) {
  return std::ranges::any_of(pairs, [&](const Pair& one) { return is_same(pass, one, pair); });
}

// Of what is wanted, what stays rejected; "" if nothing does.
std::string unseen_rejection(const Pass& pass, const std::vector<Pair>& targets,
                             const Command& command) {
  for (const Rejection& rejection : pass.core.rejected) {
    if (was_seen(command, rejection) || !is_one_of(pass, targets, rejection.pair)) continue;
    return image_text(rejection.pair) + " was rejected after this was given (" + rejection.why +
           "); give it again if that is meant";
  }
  return "";
}

std::string not_to_go_back_to(const Pass& pass, const RevisionName& name) {
  if (pass.origin != CoreOrigin::kOurs || !pass.core.stable) {
    return "the Service is not adopted yet";
  }
  if (pass.rollout() != nullptr) return "a rollout goes on; abort takes it back first";
  if (is_foreign_edit(pass)) return "someone else set the percents; what serves is not settled";
  if (pass.seen.spec_invalid) return "the spec does not parse; correct it first";
  if (name == pass.core.stable->name) return name.get() + " is stable already";
  const RevisionView* revision = find_revision(pass.seen, name);
  if (revision == nullptr) return "there is no Revision " + name.get() + " of this Service";
  if (!is_ready(revision)) return name.get() + " is not Ready";
  const RevisionView* stable = stable_view(pass);
  if (stable != nullptr && revision->configuration_generation > stable->configuration_generation) {
    return name.get() + " is newer than stable: it is rolled out, not gone back to";
  }
  if (!followed_digests(pass, *revision)) return "the digests of " + name.get() + " are not known";
  return "";
}

}  // namespace

Answer answer_retry(Pass& pass, const Command& command) {
  if (pass.origin != CoreOrigin::kOurs) return Refused{"the Service is not adopted yet"};
  const bool held = !downgrade(pass).empty();
  if (command.allow_downgrade && !held) return Refused{"nothing is held as a downgrade"};
  if (command.allow_downgrade) pass.memo.downgrade_allowed = confirmed_digests(pass);
  const auto targets = present_targets(pass);
  Core next = pass.core;
  std::set<std::string> images;  // that may be rolled out again
  const auto rejections = std::erase_if(next.rejected, [&](const Rejection& rejection) {
    if (!was_seen(command, rejection) || !is_one_of(pass, targets, rejection.pair)) return false;
    images.insert(image_text(rejection.pair));
    return true;
  });
  std::erase_if(pass.memo.deferred, [&](const Deferral& deferral) {
    if (!is_one_of(pass, targets, deferral.pair)) return false;
    images.insert(image_text(deferral.pair));
    return true;
  });
  const std::string unseen = unseen_rejection(pass, targets, command);
  if (images.empty() && command.allow_downgrade) {
    return Accepted{"what the followed tags name may be rolled out, though it is a step back",
                    std::nullopt};
  }
  if (images.empty() && !unseen.empty()) return Refused{unseen};
  if (images.empty()) return Refused{"nothing that is wanted now was rejected or deferred"};
  const std::vector<std::string> names(images.begin(), images.end());
  const std::string sentence =
      join(names, ", ") + " may be rolled out again" + (unseen.empty() ? "" : "; ") + unseen;
  if (rejections == 0) return Accepted{sentence, std::nullopt};
  return Accepted{sentence, write(pass, {std::move(next), false, KeepTemplate{}, false, "retry"},
                                  fact("Retried", sentence))};
}

namespace {

// To adopt a candidate gives it all requests: a promotion, if it has not got them by hand.
std::string barred_to_adopt(const Pass& pass, const Command& command) {
  const Rollout* rollout = pass.rollout();
  if (rollout == nullptr || rollout->candidate.name != command.to) return "";
  if (share_of(serving(pass.service.traffic), *command.to) == 100) return "";
  return barred_to_end(pass, command, *rollout);
}

}  // namespace

Answer answer_adopt(Pass& pass, const Command& command) {
  if (!command.to) return Refused{"say which Revision: --to=REVISION"};
  const bool adopting = std::holds_alternative<Adopting>(pass.core.phase);
  if (!adopting && !is_foreign_edit(pass)) {
    return Refused{"which Revision is stable is settled: " + pass.core.stable->name.get()};
  }
  if (pass.seen.spec_invalid) return Refused{"the spec does not parse; correct it first"};
  if (const auto managed = managed_elsewhere(pass.service, pass.rules())) {
    return Refused{managed->message + "; " + managed->fix};
  }
  if (auto barred = barred_to_adopt(pass, command); !barred.empty()) return Refused{barred};
  Pass ending = pass;
  if (const Rollout* rollout = pass.rollout()) {
    remember(ending.memo,
             history_entry(pass, *rollout, "Aborted", "adopted by " + on_word(command), pass.now));
  }
  AdoptAnswer answer = adopt_named(ending, *command.to, on_word(command));
  if (!answer.refusal.empty()) return Refused{answer.refusal};
  std::string sentence = answer.transition->facts.back().message;
  return Accepted{std::move(sentence), std::move(answer.transition)};
}

Answer answer_repair(Pass& pass, const Command& command) {
  if (pass.origin == CoreOrigin::kOurs) return Refused{"the state is well; nothing to repair"};
  if (pass.origin == CoreOrigin::kNone) return Refused{"the Service is not adopted yet"};
  const RevisionView* one = is_settled(pass.service) ? one_that_serves(pass) : nullptr;
  if (one == nullptr) {
    return Refused{
        "several Revisions serve, or Knative is at work; adopt --to=REVISION settles "
        "which one is stable"};
  }
  AdoptAnswer answer = adopt_named(pass, one->name, on_word(command));
  if (!answer.refusal.empty()) return Refused{answer.refusal};
  std::string sentence = answer.transition->facts.back().message;
  return Accepted{std::move(sentence), std::move(answer.transition)};
}

Answer answer_rollback(Pass& pass, const Command& command) {
  if (!command.to) return Refused{"say which Revision: --to=REVISION"};
  if (auto refusal = not_to_go_back_to(pass, *command.to); !refusal.empty()) {
    return Refused{std::move(refusal)};
  }
  const RevisionView& back = *find_revision(pass.seen, *command.to);
  const Rollout rollout = rollout_to_leave(pass, *pass.core.stable);
  Pass changed = pass;
  changed.core.stable =
      RevisionRef{back.name, back.uid, pair_of(pass, *followed_digests(pass, back), back)};
  const std::string why = "rolled back to " + back.name.get() + " by " + on_word(command);
  // The image that is left is not wanted in the older template either.
  reject(changed.core, pair_of(pass, rollout.candidate.pair.digests, back),
         pass.now + pass.rules().rejection_expires, why);
  return Accepted{back.name.get() + " gets all requests again; " + rollout.candidate.name->get() +
                      " is rejected",
                  begin_retreat(changed, rollout, {RetreatWhy::kRolledBackTo, why})};
}

}  // namespace freshet::planning
