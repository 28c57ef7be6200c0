// A world for tests of the planner: one tracked service, a Knative that does what it is told, and a
// registry with one ImageTag. Time passes when a test says so; every write is kept.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "controller/model/observation.h"
#include "controller/model/transition.h"
#include "controller/planner/planner.h"

namespace freshet::testing {

Digest digest_of(char digit);  // "sha256:bbbb…"
TrafficTarget entry(const RevisionName& name, int percent, const std::string& tag = "");

class PlannerWorld {
 public:
  PlannerWorld();  // a Service with checkout-00001 (digest a) on latestRevision, never adopted

  // Knative.
  void settle();  // it has done all it was told: Revisions made and Ready, traffic programmed
  void make_ready(const RevisionName& name, Tri ready, const std::string& reason = "",
                  const std::string& message = "");
  RevisionView& revision(const RevisionName& name);
  ServiceView& service() { return *seen.service; }

  // Registry, people, evidence.
  void push(char digit);                        // the followed tag names another digest
  void edit_template(const std::string& mode);  // kubectl edit: image as the template has it
  void apply_template(const std::string& mode, const std::string& image);  // kubectl apply
  void edit_sidecar(const std::string& image);  // of a second container, which is not followed
  void set_traffic(Traffic traffic);            // kubectl edit of spec.traffic
  void command(const std::string& verb, const std::string& value);
  void damage_core(std::string text);  // the annotation, by hand
  void lose_core();
  void write_core(const Core& core);  // the annotation, as another write left it

  // Freshet.
  Transition look();  // what step() says now; nothing is carried out
  void carry_out(const Transition& transition);
  Transition pass();                                   // look, and carry it out
  Transition tick(Duration passed = seconds(5));       // time passes, Knative settles, one pass
  bool run_to(std::string_view phase, int step = -1);  // ticks until then, at most an hour
  void forget_memo() { seen.memo = Memo{}; }

  // What is so.
  Core core() const;  // as the annotation says; must be readable
  std::string phase() const;
  std::optional<RevisionName> candidate() const;
  Traffic traffic() const { return seen.service->traffic; }

  Observation seen;
  TimePoint now;
  VerdictKind verdict = VerdictKind::kPromote;  // about whichever candidate there is
  std::int64_t step_requests = 1000;            // of which it is, at each step
  bool judged = true;                           // false: no verdict about any uid
  Tri new_revisions = Tri::kTrue;               // what becomes of Revisions that are made
  // What becomes of each gate that is asked for; nullopt: nothing, it goes on.
  std::optional<GateOutcome> gates_come_to = GateOutcome::kPassed;
  bool programs = true;  // false: the Route stays as it was
  std::vector<ServiceWrite> writes;
  std::vector<Fact> facts;

 private:
  void observe();
  void set_template(const std::string& json);
  void make_revision();
  void apply(const ServiceWrite& write);

  char tag_ = 'a';
  int made_ = 0;
  bool template_changed_ = false;
  std::optional<std::string> annotation_;
};

// A world in which the phase has just been reached by clean passes, and is programmed.
PlannerWorld world_in(
    std::string_view phase,
    const std::function<void(PlannerWorld&)>& prepare = [](PlannerWorld&) {});

std::vector<std::string> hold_reasons(const Transition& transition);
std::vector<std::string> write_reasons(const std::vector<ServiceWrite>& writes);
bool has_fact(const std::vector<Fact>& facts, std::string_view reason);

}  // namespace freshet::testing
