// Commands about what is settled: retry, adopt, repair.
#include <algorithm>

#include "controller/planner/adopt.h"
#include "controller/planner/commands.h"
#include "controller/planner/decide.h"
#include "controller/planner/explain.h"
#include "controller/planner/ledger.h"
#include "controller/planner/look.h"

namespace freshet::planning {
namespace {

// What would be rolled out now if nothing stood against it.
std::vector<Pair> present_targets(const Pass& pass) {
  std::vector<Pair> out;
  const auto present = present_pair(pass);
  if (present) out.push_back(*present);
  const auto digests = confirmed_digests(pass);
  if (present && digests) out.push_back({*digests, present->template_hash});
  if (!present && digests && pass.core.stable) {
    out.push_back({*digests, pass.core.stable->pair.template_hash});
  }
  return out;
}

bool is_one_of(const std::vector<Pair>& pairs, const Pair& pair) {
  return std::ranges::find(pairs, pair) != pairs.end();
}

}  // namespace

Answer answer_retry(Pass& pass, const Command&) {
  if (pass.origin != CoreOrigin::kOurs) return Refused{"the Service is not adopted yet"};
  const auto targets = present_targets(pass);
  Core next = pass.core;
  const auto rejections = std::erase_if(next.rejected, [&](const Rejection& rejection) {
    return is_one_of(targets, rejection.pair);
  });
  const auto deferrals = std::erase_if(pass.memo.deferred, [&](const Deferral& deferral) {
    return is_one_of(targets, deferral.pair);
  });
  if (rejections == 0 && deferrals == 0) {
    return Refused{"nothing that is wanted now was rejected or deferred"};
  }
  const std::string sentence = "what was rejected or deferred may be rolled out again";
  if (rejections == 0) return Accepted{sentence, std::nullopt};
  return Accepted{sentence, write(pass, {std::move(next), false, KeepTemplate{}, false, "retry"},
                                  fact("Retried", sentence))};
}

Answer answer_adopt(Pass& pass, const Command& command) {
  if (!command.to) return Refused{"say which Revision: --to=REVISION"};
  const bool adopting = std::holds_alternative<Adopting>(pass.core.phase);
  if (!adopting && !is_foreign_edit(pass)) {
    return Refused{"which Revision is stable is settled: " + pass.core.stable->name.get()};
  }
  if (pass.seen.spec_invalid) return Refused{"the spec does not parse; correct it first"};
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

}  // namespace freshet::planning
