// What people, builds and surroundings do.
#include "tests/simulate/people.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/runtime/paths.h"
#include "controller/show/order_text.h"

namespace freshet::simulate {
namespace {

constexpr const char* kTask = "probe";
constexpr Duration kTryAgainAfter = seconds(20);
constexpr Duration kPodsTakeUpTo = seconds(30);
constexpr const char* kNewBaseStep = "5s";

std::string tracked_path(int service) { return tracked_service_path(service_key(service)); }

}  // namespace

ServiceKey service_key(int service) { return {kNamespace, fmt::format("s{}", service)}; }

People::People(sandbox::World& world, Weather& weather, const Story& story)
    : world_(world),
      weather_(weather),
      story_(story),
      newest_(story.services.size(), -1),
      retried_(story.services.size()),
      aborted_(story.services.size()) {
  world_.define_task(kTask, [this](const Json& run) { return task_of(run); });
}

// Of a build that fails its gate the test fails. Of others each fifth try, as told by its name, has
// no node to run on.
sandbox::TaskBehaviour People::task_of(const Json& run) const {
  for (const Json& param : at_path(run, {"spec", "params"})) {
    const std::string value = string_or(param, "value");
    for (const auto& [digest, build] : builds_) {
      if (build.push != What::kPushFailsGate) continue;
      if (value.find(digest.get()) != value.npos) return {.succeeds = false};
    }
  }
  const bool is_evicted = stable_hash(string_or(at_path(run, {"metadata"}), "name")) % 5 == 0;
  return {.succeeds = !is_evicted, .reason = "PodEvicted"};
}

Json People::spec_of(int service) const {
  const ServiceSetting& setting = story_.services[static_cast<std::size_t>(service)];
  Json spec = {{"poll", {{"every", "30s"}}},
               {"rollout",
                {{"steps", setting.steps},
                 {"minimumStep", format_duration(setting.minimum_step)},
                 {"bake", {{"for", format_duration(setting.bake)}}},
                 {"whenSuperseded", setting.supersede ? "Supersede" : "FinishThenLatest"},
                 {"approval", setting.approval ? "BeforePromotion" : "None"}}}};
  if (setting.new_base) {
    spec["rollout"]["newBase"] = {
        {"steps", {60}}, {"minimumStep", kNewBaseStep}, {"bake", {{"for", "1s"}}}};
  }
  if (setting.gates) {
    spec["gates"] = Json::array(
        {{{"name", "smoke"}, {"http", Json::object()}},
         {{"name", "load"}, {"http", {{"requests", 5}, {"required", 4}}}, {"timeout", "20s"}}});
  }
  if (setting.task_gate) {
    spec["gates"].push_back({{"name", "task"},
                             {"taskRun", {{"taskRef", {{"name", kTask}}}}},
                             {"timeout", "2m"},
                             {"retries", 3}});
  }
  spec["analysis"]["mode"] = setting.metrics ? "Metrics" : "ReadinessOnly";
  if (setting.metrics) {
    spec["analysis"].update({
        {"warmUp", "0s"},
        {"errors", {{"rollback", "1.25x + 1%"}, {"promote", "1.5x + 10%"}}},
        {"latency", {{"rollback", "1.25x + 5%"}, {"promote", "1.5x + 20%"}}},
    });
  }
  return spec;
}

void People::make_service(int service) {
  (void)world_.create(
      {{"apiVersion", "serving.knative.dev/v1"},
       {"kind", "Service"},
       {"metadata", {{"name", service_key(service).name}, {"namespace", kNamespace}}},
       {"spec",
        {{"template",
          {{"spec", {{"containers", Json::array({container_of(image_of(service))})}}}}}}}});
  world_.set_rate(service_key(service), kRequestsPerSecond);
}

bool People::track(int service, const Json& spec) {
  const auto made =
      world_.create({{"apiVersion", "freshet.dev/v1alpha1"},
                     {"kind", "TrackedService"},
                     {"metadata", {{"name", service_key(service).name}, {"namespace", kNamespace}}},
                     {"spec", spec}});
  return made.has_value();
}

void People::set_up() {
  const int services = static_cast<int>(story_.services.size());
  (void)world_.create(
      {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", "freshet-system"}}}});
  for (int i = 0; i < services; ++i) {
    if (image_of(i) == i) push(i, What::kPushGood);
    make_service(i);
  }
  world_.advance_to(world_.now() + kPodsTakeUpTo);
  for (int i = 0; i < services; ++i) (void)track(i, spec_of(i));
}

std::string People::next_id() { return fmt::format("c{}", ++commands_); }

void People::command(int service, const char* verb, const std::string& options) {
  give(service, verb, next_id() + " " + options);
}

void People::give(int service, const std::string& verb, const std::string& value) {
  const std::string name = "freshet.dev/" + verb;
  (void)world_.merge_patch(tracked_path(service),
                           {{"metadata", {{"annotations", {{name, value}}}}}});
}

void People::retry(int service) {
  const auto tracked = world_.read(tracked_path(service));
  if (!tracked) return;
  retried_[static_cast<std::size_t>(service)] = world_.now();
  const auto followed = world_.read(service_path(service_key(service)));
  const ServiceDetail seen = make_detail(*tracked, followed ? &*followed : nullptr, {});
  OrderWords words;
  words.verb = "retry";
  give(service, words.verb, order_text(words, seen, next_id(), ""));
}

void People::later(Duration delay, Event event) {
  event.lasting = Duration{0};
  later_.emplace(world_.now() + delay, event);
}

std::optional<TimePoint> People::due() const {
  if (later_.empty()) return std::nullopt;
  return later_.begin()->first;
}

void People::act_on_what_is_due() {
  while (!later_.empty() && later_.begin()->first <= world_.now()) {
    const Event event = later_.extract(later_.begin()).mapped();
    switch (event.what) {
      case What::kPause: command(event.service, "resume"); break;
      case What::kEditPlan:
      case What::kEditInvalid: edit_spec(event.service, spec_of(event.service)); break;
      case What::kUntrack:
        if (!track(event.service, spec_of(event.service))) later(kTryAgainAfter, event);
        break;
      case What::kDeleteService:
        push(event.service, What::kPushGood);  // who deploys anew deploys what works
        make_service(event.service);
        break;
      case What::kPolicyFreeze:
      case What::kPolicyWindow:
      case What::kPolicyApproval:
      case What::kPolicyStop: take_policy_back(event.what); break;
      case What::kTakeByHand: command(event.service, "resume", "--keep-theirs"); break;
      case What::kScrapesStop: world_.expose({sandbox::Exposure::kPushed}); break;
      case What::kUnready: make_ready(event.service, event.value, true); break;
      case What::kRequestsStop:
        world_.set_rate(service_key(event.service), kRequestsPerSecond);
        break;
      default: act(event); break;
    }
  }
}

void People::act(const Event& event) {
  switch (kind_of(event.what).group) {
    case Group::kRegistry: return act_on_registry(event);
    case Group::kPeople:
      act_on_tracking(event);
      act_on_policies(event);
      return act_on_service(event);
    default: return act_on_surroundings(event);
  }
}

void People::act_on_tracking(const Event& event) {
  const int service = event.service;
  switch (event.what) {
    case What::kPromote: return command(service, "promote");
    // Half of them with a reason, which overrules a freeze.
    case What::kPromoteFull:
      return command(service, "promote", event.value % 2 == 0 ? "--full" : "--full a hot fix");
    case What::kAbort:
      aborted_[static_cast<std::size_t>(service)] = world_.now();
      return command(service, "abort", "by hand");
    case What::kPause:
      command(service, "pause", "a look first");
      return later(event.lasting, event);
    case What::kResume: return command(service, "resume");
    case What::kRetry: return retry(service);
    case What::kRollBack: return roll_back(service);
    case What::kAdopt: return adopt_what_serves_most(service);
    case What::kEditPlan:
    case What::kEditInvalid:
    case What::kEditBack: return act_on_spec(event);
    case What::kUntrack:
      (void)world_.remove(tracked_path(service));
      return later(event.lasting + seconds(20), event);
    case What::kPoison:
      (void)world_.create({{"apiVersion", "freshet.dev/v1alpha1"},
                           {"kind", "TrackedService"},
                           {"metadata",
                            {{"name", fmt::format("poison{}", ++poisons_)},
                             {"namespace", kNamespace},
                             {"annotations", {{"freshet.dev/promote", "\x01 --step=x"}}}}},
                           {"spec", {{"rollout", Json::array({1, "x"})}, {"analysis", 7}}}});
      return;
    default: return;
  }
}

void People::act_on_surroundings(const Event& event) {
  switch (event.what) {
    case What::kCompact: return world_.compact();
    case What::kUnready: {
      Event again = event;
      again.value = newest(event.service);
      make_ready(event.service, again.value, false);
      return later(event.lasting, again);
    }
    case What::kPodsRestart: return world_.restart_pods(service_key(event.service));
    case What::kRequestsStop:
      world_.set_rate(service_key(event.service), 0);
      return later(event.lasting, event);
    case What::kKnativeStalls: return world_.stall_knative(event.lasting);
    case What::kRouteConflicts: return world_.conflict_routes(event.value / 100.0, event.lasting);
    case What::kScrapesStop: world_.expose({}); return later(event.lasting, event);
    default: return weather_.begin(event, world_.now());
  }
}

Duration People::shortest(int service, Duration at_first, std::string_view field) const {
  Duration out = at_first;
  for (const Event& event : story_.events) {
    if (event.what != What::kEditPlan || event.service != service) continue;
    out = std::min(out, duration_of_edit(event.value, field).value_or(out));
  }
  return out;
}

Duration People::shortest_step(int service) const {
  const ServiceSetting& setting = story_.services[static_cast<std::size_t>(service)];
  return shortest(service, setting.new_base ? seconds(5) : setting.minimum_step, "minimumStep");
}

Duration People::shortest_bake(int service) const {
  const ServiceSetting& setting = story_.services[static_cast<std::size_t>(service)];
  return shortest(service, setting.new_base ? seconds(1) : setting.bake, "for");
}

Duration People::shortest_deadline(int service) const {
  return shortest(service, hours(6), "deadline");
}

std::optional<TimePoint> People::asked_to_retry(int service) const {
  return retried_[static_cast<std::size_t>(service)];
}

std::optional<TimePoint> People::asked_to_abort(int service) const {
  return aborted_[static_cast<std::size_t>(service)];
}

void People::go_home(bool pushes) {
  wants_newest_ = pushes;
  weather_.clear();
  world_.stall_knative(Duration{0});
  world_.conflict_routes(0, Duration{0});
  for (auto& [at, event] : std::exchange(later_, {})) {
    event.lasting = Duration{0};
    later_.emplace(world_.now(), event);
  }
  act_on_what_is_due();
  for (int i = 0; i < static_cast<int>(story_.services.size()); ++i) {
    edit_spec(i, spec_of(i));
    command(i, "resume", "--keep-mine");
    if (pushes && image_of(i) == i) push(i, What::kPushGood);
  }
}

}  // namespace freshet::simulate
