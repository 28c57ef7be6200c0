// A world for tests of the planner.
#include "tests/support/planner_world.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/overloaded.h"

namespace freshet::testing {
namespace {

const ContainerName kApp("app");
constexpr const char* kRepository = "registry.test/acme/checkout:1.4";

std::string template_text(const std::string& mode, const std::string& image,
                          const std::optional<std::string>& rollout_id) {
  Json json;
  json["spec"]["containers"] = Json::array({{{"name", "app"}, {"image", image}, {"mode", mode}}});
  if (rollout_id) json["metadata"]["rollout"] = *rollout_id;
  return json.dump();
}

std::string mode_in(const std::string& text) {
  return Json::parse(text)["spec"]["containers"][0]["mode"].get<std::string>();
}

ConditionView condition(Tri status, std::string reason = "", std::string message = "") {
  return {status, std::move(reason), std::move(message), {}};
}

void turn(ConditionView& view, ConditionView next, TimePoint now) {
  next.since = next.status == view.status ? view.since : now;
  view = std::move(next);
}

}  // namespace

Digest digest_of(char digit) { return *Digest::parse("sha256:" + std::string(64, digit)); }
TrafficTarget entry(const RevisionName& name, int percent, const std::string& tag) {
  TrafficTarget out{name, false, Percent::clamp(percent), {}};
  if (!tag.empty()) out.tag = TrafficTag(tag);
  return out;
}

PlannerWorld::PlannerWorld() : now(*parse_rfc3339("2026-11-23T02:00:00Z")) {
  seen.tracked.name = "checkout";
  seen.tracked.name_space = "shop";
  seen.tracked.spec.service = "checkout";
  seen.tracked.spec.rollout.steps = {1, 5, 20, 50};
  seen.service = ServiceView{};
  service().key = {"shop", "checkout"};
  service().uid = Uid("service-uid");
  service().ready = service().routes_ready = condition(Tri::kTrue);
  service().traffic = {{{}, true, Percent::clamp(100), {}}};
  seen.images = {{kApp, *parse_image_reference(kRepository), {}, 0, ""}};
  seen.metrics = MetricsFinding::kUsable;
  push('a');
  set_template(template_text("plain", kRepository, {}));
  settle();
}

RevisionView& PlannerWorld::revision(const RevisionName& name) { return seen.revisions.at(name); }

void PlannerWorld::set_template(const std::string& json) {
  ServiceView& view = service();
  view.generation += 1;
  if (json == view.template_json) return;
  const Json parsed = Json::parse(json);
  view.template_json = json;
  view.template_hash = "t:" + mode_in(json);
  view.template_rollout_id.reset();
  if (parsed.contains("metadata")) view.template_rollout_id = parsed["metadata"]["rollout"];
  const Json& containers = parsed["spec"]["containers"];
  view.containers = {{kApp, containers[0]["image"], true}};
  view.images.clear();
  for (const Json& each : containers) view.images[ContainerName(each["name"])] = each["image"];
  template_changed_ = true;
}

void PlannerWorld::make_revision() {
  const ServiceView& view = service();
  RevisionView made;
  const std::string number = std::to_string(++made_);
  made.name = RevisionName("checkout-" + std::string(5 - number.size(), '0') + number);
  made.uid = Uid("uid-" + number);
  made.template_hash = view.template_hash;
  made.template_json = view.template_json;
  made.images = view.images;
  made.rollout_id = view.template_rollout_id;
  const auto reference = parse_image_reference(view.containers.front().image);
  made.digests = {{kApp, reference->digest.value_or(digest_of(tag_))}};
  made.ready = condition(new_revisions);
  made.configuration_generation = made_;
  seen.revisions[made.name] = made;
  service().latest_created = made.name;
  template_changed_ = false;
}

void PlannerWorld::settle() {
  ServiceView& view = service();
  if (template_changed_) make_revision();
  view.observed_generation = view.generation;
  if (view.latest_created && revision(*view.latest_created).ready.status == Tri::kTrue) {
    view.latest_ready = view.latest_created;
  }
  if (!programs) return;
  Traffic resolved = view.traffic;
  for (TrafficTarget& target : resolved) {
    if (!target.revision) target.revision = view.latest_ready;
    const auto found = seen.revisions.find(*target.revision);
    if (found != seen.revisions.end() && found->second.ready.status == Tri::kTrue) continue;
    const std::string why = "Revision \"" + target.revision->get() + "\" is not yet ready.";
    turn(view.routes_ready, condition(Tri::kFalse, "RevisionMissing", why), now);
    return;
  }
  view.observed_traffic = resolved;
  view.tag_urls.clear();
  for (const TrafficTarget& target : resolved) {
    if (!target.tag) continue;
    view.tag_urls[target.tag->get()] = "http://" + target.tag->get() + "-checkout.shop.example.com";
  }
  turn(view.routes_ready, condition(Tri::kTrue), now);
}

void PlannerWorld::make_ready(const RevisionName& name, Tri ready, const std::string& reason,
                              const std::string& message) {
  revision(name).ready = condition(ready, reason, message);
  if (reason.starts_with("ExitCode")) revision(name).container_healthy = revision(name).ready;
}

void PlannerWorld::push(char digit) {
  tag_ = digit;
  seen.images.front().confirmed = ConfirmedDigest{digest_of(digit), {}, now};
}

void PlannerWorld::edit_template(const std::string& mode) {
  apply_template(mode, service().containers.front().image);
}

void PlannerWorld::apply_template(const std::string& mode, const std::string& image) {
  set_template(template_text(mode, image, service().template_rollout_id));
}

void PlannerWorld::edit_sidecar(const std::string& image) {
  Json edited = Json::parse(service().template_json);
  edited["spec"]["containers"][1] = {{"name", "proxy"}, {"image", image}};
  set_template(edited.dump());
}

void PlannerWorld::set_traffic(Traffic traffic) {
  service().traffic = std::move(traffic);
  service().generation += 1;
}

void PlannerWorld::command(const std::string& verb, const std::string& value) {
  seen.tracked.annotations["freshet.dev/" + verb] = value;
}

void PlannerWorld::damage_core(std::string text) { annotation_ = std::move(text); }
void PlannerWorld::lose_core() { annotation_.reset(); }
void PlannerWorld::write_core(const Core& core) { annotation_ = core_to_text(core); }

void PlannerWorld::observe() {
  seen.core = read_core(annotation_);
  seen.verdict_uid.reset();
  seen.verdict.kind = verdict;
  seen.verdict.step_requests = step_requests;
  if (const auto* core = std::get_if<Core>(&seen.core)) {
    const Rollout* rollout = active_rollout(core->phase);
    if (rollout != nullptr && judged) seen.verdict_uid = rollout->candidate.uid;
  }
}

Transition PlannerWorld::look() {
  observe();
  return step(seen, now);
}

void PlannerWorld::apply(const ServiceWrite& write) {
  if (write.traffic) set_traffic(*write.traffic);
  annotation_.reset();
  if (write.core) annotation_ = core_to_text(*write.core);
  std::visit(overloaded{
                 [](const KeepTemplate&) {},
                 [&](const SetImages& change) {
                   Json changed = Json::parse(service().template_json);
                   Json& image = changed["spec"]["containers"][0]["image"];
                   if (change.images.contains(kApp)) image = change.images.at(kApp);
                   changed.erase("metadata");
                   if (change.rollout_id) changed["metadata"]["rollout"] = *change.rollout_id;
                   set_template(changed.dump());
                 },
                 [&](const ReplaceTemplate& change) { set_template(change.template_json); },
             },
             write.template_change);
  writes.push_back(write);
}

void PlannerWorld::carry_out(const Transition& transition) {
  if (transition.write) apply(*transition.write);
  seen.memo = transition.memo;
  seen.mirror = transition.core;
  seen.gate_attempt.reset();
  if (transition.gate && gates_come_to) {
    seen.gate_attempt = GateAttempt{transition.gate->candidate,
                                    transition.gate->gate.name,
                                    transition.gate->spec,
                                    transition.gate->number,
                                    *gates_come_to,
                                    "GET / answered",
                                    now};
  }
  auto& finalizers = seen.tracked.finalizers;
  if (transition.finalizer == FinalizerChange::kAdd) finalizers = {std::string(kFinalizer)};
  if (transition.finalizer == FinalizerChange::kRemove) finalizers.clear();
  for (const std::string& name : transition.remove_annotations) {
    seen.tracked.annotations.erase(name);
  }
  facts.insert(facts.end(), transition.facts.begin(), transition.facts.end());
}

Transition PlannerWorld::pass() {
  Transition transition = look();
  carry_out(transition);
  return transition;
}

Transition PlannerWorld::tick(Duration passed) {
  now += passed;
  settle();
  return pass();
}

bool PlannerWorld::run_to(std::string_view wanted, int wanted_step) {
  const auto reached = [&] {
    if (phase() != wanted) return false;
    const Core found = core();
    const auto* shifting = std::get_if<Shifting>(&found.phase);
    return wanted_step < 0 || (shifting != nullptr && shifting->step == wanted_step);
  };
  for (int i = 0; i < 720 && !reached(); ++i) tick();
  return reached();
}

Core PlannerWorld::core() const { return std::get<Core>(read_core(annotation_)); }

std::string PlannerWorld::phase() const {
  const auto read = read_core(annotation_);
  const auto* found = std::get_if<Core>(&read);
  return found == nullptr ? "" : std::string(phase_name(found->phase));
}

std::optional<RevisionName> PlannerWorld::candidate() const {
  const Core found = core();
  const Rollout* rollout = active_rollout(found.phase);
  if (rollout == nullptr) return std::nullopt;
  return rollout->candidate.name ? rollout->candidate.name : seen.service->latest_created;
}

PlannerWorld world_in(std::string_view phase, const std::function<void(PlannerWorld&)>& prepare) {
  PlannerWorld world;
  prepare(world);
  world.run_to("Idle");
  if (phase != "Idle") {
    if (phase == "Gating") {
      world.seen.tracked.spec.gates = {{.name = "smoke", .http = HttpGateSpec{}}};
      world.gates_come_to.reset();
    }
    if (phase == "Waiting") world.seen.tracked.spec.rollout.approval = Approval::kBeforeTraffic;
    if (phase == "Preparing") world.new_revisions = Tri::kUnknown;
    world.push('b');
    if (phase == "Retreating") {
      world.run_to("Shifting", 1);
      world.command("abort", "abort-1 for the test");
    }
    world.run_to(phase, phase == "Shifting" ? 1 : -1);
  }
  world.verdict = VerdictKind::kContinue;
  world.programs = phase != "Retreating";  // there, the observation before Knative has looked
  if (world.programs) world.tick();
  return world;
}

std::vector<std::string> hold_reasons(const Transition& transition) {
  std::vector<std::string> out;
  for (const HoldStatus& hold : transition.explanation.holds) out.push_back(hold.reason);
  return out;
}

std::vector<std::string> write_reasons(const std::vector<ServiceWrite>& writes) {
  std::vector<std::string> out;
  for (const ServiceWrite& write : writes) out.push_back(write.why);
  return out;
}

bool has_fact(const std::vector<Fact>& facts, std::string_view reason) {
  return std::ranges::any_of(facts, [&](const Fact& fact) { return fact.reason == reason; });
}

}  // namespace freshet::testing
