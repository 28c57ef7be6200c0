// Gating: the candidate answers tests through its tag URL; users' requests all go to stable.
#include <algorithm>

#include "base/text.h"
#include "controller/planner/admission.h"
#include "controller/planner/decide.h"
#include "controller/planner/explain.h"
#include "controller/planner/foreign.h"
#include "controller/planner/gate_course.h"
#include "controller/planner/holds.h"
#include "controller/planner/look.h"
#include "controller/planner/parking.h"
#include "controller/planner/phases.h"
#include "controller/planner/template_text.h"

namespace freshet::planning {
namespace {

// Where this candidate answers; "" until Knative has programmed its entry.
std::string tag_url(const Pass& pass, const Rollout& rollout) {
  const TrafficTag tag(pass.tag());
  const auto& shown = pass.service.observed_traffic;
  const bool names_it = std::ranges::any_of(shown, [&](const TrafficTarget& entry) {
    return entry.tag == tag && entry.revision == rollout.candidate.name;
  });
  if (!names_it || !is_settled(pass.service)) return "";
  const auto url = pass.service.tag_urls.find(tag.get());
  return url == pass.service.tag_urls.end() ? "" : url->second;
}

std::string url_to_ask(std::string url, const GateSpec& gate, const RevisionView* candidate) {
  while (url.ends_with('/')) url.pop_back();
  if (!gate.http) return url;
  if (!gate.http->path.empty()) return url + gate.http->path;
  const std::string probed = candidate == nullptr ? "" : probe_path(candidate->template_json);
  return url + (probed.empty() ? "/" : probed);
}

HoldStatus inconclusive_hold(const Pass& pass, const GateRecord& gate) {
  HoldStatus out = own_hold(pass, "GateInconclusive",
                            "gate " + gate.name + " could not be told: " + gate.message);
  if (gate.again && *gate.again > pass.now) out.until = gate.again;
  return out;
}

Decision unblock_the_tag(const Pass& pass, const Rollout& rollout) {
  if (!tag_url(pass, rollout).empty()) return {};
  return park_in_rollout(pass, kProgrammedWithin, "the candidate's tag");
}

Transition try_gate(const Pass& pass, const Rollout& rollout, const GateRecord& open) {
  const RevisionView* candidate = candidate_view(pass, rollout);
  const std::string url = tag_url(pass, rollout);
  auto holds = raising_holds(pass);
  const auto first = earliest(first_expiry(holds), add_unprogrammed(pass, holds));
  if (open.state == GateState::kInconclusive) {
    holds.insert(holds.begin(), inconclusive_hold(pass, open));
  }
  Pass asking = pass;
  std::optional<GateQuestion> question;
  std::optional<TimePoint> wake = pass.now + kSoon;
  if (open.again && pass.now < *open.again) {
    wake = open.again;
  } else if (!url.empty() && is_ready(candidate)) {
    const auto place = static_cast<std::size_t>(&open - pass.memo.gates.gates.data());
    const GateSpec& gate = pass.spec().gates[place];
    question =
        next_question(asking.memo.gates.gates[place], gate, *rollout.candidate.uid, pass.now);
    question->url = url_to_ask(url, gate, candidate);
    question->service = pass.service.key;
    question->rollout = rollout.id;
    question->revision = *rollout.candidate.name;
    question->digests = rollout.candidate.pair.digests;
  }
  Explanation out = held(pass, holds);
  if (url.empty()) {
    out.message += "; Knative has not programmed its tag URL yet";
    const std::string& words = pass.service.routes_ready.message;
    if (!words.empty()) out.message += ": " + printable(words);
  }
  Transition transition = go_on(std::move(asking), std::move(out), earliest(wake, first));
  transition.gate = std::move(question);
  return transition;
}

}  // namespace

Transition gating(const Pass& pass, const Gating& phase) {
  if (auto hold = hold_for_foreign_edit(pass)) return *hold;
  const Rollout& rollout = phase.rollout;
  if (auto unblocked = unblock_the_tag(pass, rollout)) return *unblocked;
  if (const GateRecord* open = first_open_gate(pass.memo.gates)) {
    return try_gate(pass, rollout, *open);
  }
  const RevisionView* candidate = candidate_view(pass, rollout);
  const auto holds = raising_holds(pass);
  if (!holds.empty()) return go_on(pass, held(pass, holds), first_expiry(holds));
  if (!may_get_requests(pass, candidate, rollout)) {
    return go_on(pass, describe(pass, pass.core), pass.now + kSoon);
  }
  return admit(pass, rollout, *candidate);
}

}  // namespace freshet::planning
