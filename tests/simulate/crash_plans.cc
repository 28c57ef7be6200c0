// Every write and every watch event of the standard stories, gone wrong once.
#include "tests/simulate/crash_plans.h"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/clock.h"
#include "controller/sandbox/dice.h"
#include "tests/bench/cpu_time.h"
#include "tests/simulate/run.h"

namespace freshet::simulate {
namespace {

struct Trouble {
  const char* name;
  std::optional<Moment> at_write;  // else of an event
  std::optional<Duration> late;
};
constexpr std::array<Trouble, 7> kKinds = {{{"crash before write", Moment::kBefore, {}},
                                            {"crash after write", Moment::kAfter, {}},
                                            {"reply lost of write", Moment::kReplyLost, {}},
                                            {"refusal of write", Moment::kRefused, {}},
                                            {"lease taken at write", Moment::kLeaseTaken, {}},
                                            {"watch lost at event", {}, Duration{0}},
                                            {"watch late at event", {}, minutes(2)}}};

struct Plan {
  const StandardStory* story = nullptr;
  const Outcome* peaceful = nullptr;
  Trouble kind{};
  int number = 0;
};

RunOptions quiet_end() {
  RunOptions out;
  out.ends_with_a_push = false;
  return out;
}

Story story_of(std::vector<Event> events, ServiceSetting setting = {}) {
  Story out;
  out.services = {std::move(setting)};
  out.events = std::move(events);
  out.length = minutes(10);
  return out;
}

Event at(Duration time, What what, Duration lasting = {}) {
  Event out;
  out.at = time;
  out.what = what;
  out.lasting = lasting;
  return out;
}

// What is wrong with how the plan ended, or "".
std::string judge(const Plan& plan, const Outcome& outcome) {
  if (!outcome.violations.empty()) {
    return outcome.violations.front().invariant + ": " + outcome.violations.front().what;
  }
  if (outcome.end != plan.peaceful->end) {
    return "L2 Same end: " + outcome.end + "and without faults " + plan.peaceful->end;
  }
  if (outcome.writes > kMostAmplification * plan.peaceful->writes) {
    return fmt::format("L4 Writes: {} of Services instead of {}", outcome.writes,
                       plan.peaceful->writes);
  }
  if (outcome.all_writes > kMostAmplification * plan.peaceful->all_writes) {
    return fmt::format("L4 Writes: {} instead of {}", outcome.all_writes,
                       plan.peaceful->all_writes);
  }
  return "";
}

std::string run(const Plan& plan) {
  RunOptions options = quiet_end();
  options.strike = {plan.kind.at_write, plan.kind.late, plan.number};
  Story story = plan.story->story;
  if (plan.kind.at_write == Moment::kLeaseTaken) story.replicas = 2;
  return judge(plan, run_story(story, options));
}

std::string name_of(const Plan& plan) { return fmt::format("{} {}", plan.kind.name, plan.number); }

std::vector<Outcome> all_peaceful() {
  std::vector<Outcome> out;
  for (const StandardStory& standard : standard_stories()) {
    out.push_back(run_story(standard.story, quiet_end()));
  }
  return out;
}

std::vector<Plan> plans_of(const std::vector<Outcome>& peaceful) {
  std::vector<Plan> out;
  for (std::size_t i = 0; i < standard_stories().size(); ++i) {
    for (const Trouble& kind : kKinds) {
      const auto count = kind.at_write ? peaceful[i].all_writes : peaceful[i].watch_events;
      for (int number = 0; number < count; ++number) {
        out.push_back({&standard_stories()[i], &peaceful[i], kind, number});
      }
    }
  }
  return out;
}

}  // namespace

const std::vector<StandardStory>& standard_stories() {
  using enum What;
  ServiceSetting steps;
  steps.steps = {5, 50};
  ServiceSetting metrics;
  metrics.metrics = true;
  ServiceSetting supersede;
  supersede.supersede = true;
  supersede.minimum_step = minutes(2);
  ServiceSetting approval;
  approval.approval = true;
  ServiceSetting slow = supersede;
  slow.minimum_step = minutes(5);
  ServiceSetting bakes;
  bakes.minimum_step = seconds(1);
  bakes.bake = minutes(2);
  ServiceSetting gates;
  gates.gates = true;
  ServiceSetting task = gates;
  task.task_gate = true;
  Event late = at(minutes(1), kPushCrashesLater);
  late.value = 30;  // in the bake
  const Event good = at(minutes(1), kPushGood);
  Event blind = at(minutes(1), kPrometheusFails, seconds(75));
  blind.value = 100;
  Event jump = at(seconds(75), kClockJump);
  jump.value = 86400;
  static const std::vector<StandardStory> kStories = {
      {"a good build is promoted", story_of({good}, steps)},
      {"a good build is promoted by metrics", story_of({good}, metrics)},
      {"a bad build is rolled back by metrics", story_of({at(minutes(1), kPushFailing)}, metrics)},
      {"a crashing build is taken back", story_of({at(minutes(1), kPushCrashing)})},
      {"a build that crashes with requests is taken back",
       story_of({at(minutes(1), kPushCrashesLater)})},
      {"a newer build supersedes", story_of({good, at(minutes(2), kPushGood)}, supersede)},
      {"a person aborts", story_of({good, at(minutes(4), kAbort)}, slow)},
      {"a person approves", story_of({good}, approval)},
      {"a person pauses", story_of({good, at(seconds(140), kPause, minutes(3))}, steps)},
      {"the template is changed", story_of({at(minutes(1), kEditTemplate)}, steps)},
      {"a build that crashes in the bake is taken back", story_of({late}, bakes)},
      {"a build that never is Ready is aborted",
       story_of({at(minutes(1), kPushNeverReady), at(minutes(3), kAbort)})},
      {"Prometheus fails in the first step", story_of({blind, good}, metrics)},
      {"the clock jumps in a step", story_of({good, jump}, steps)},
      {"a good build passes its gates and is promoted", story_of({good}, gates)},
      {"a build that fails its gate is taken back",
       story_of({at(minutes(1), kPushFailsGate)}, gates)},
      {"a good build passes a TaskRun and is promoted", story_of({good}, task)},
      {"the annotation of a rejected build is cut short",
       story_of({at(minutes(1), kPushCrashing), at(minutes(3), kSpoilCore)})},
      {"the Service is untracked", story_of({good, at(seconds(150), kUntrack, minutes(2))}, steps)},
  };
  return kStories;
}

PlanSearch search_crash_plans(std::uint64_t seed, int most, bool of_writes) {
  PlanSearch out;
  const std::vector<Outcome> peaceful = all_peaceful();
  std::vector<Plan> plans = plans_of(peaceful);
  std::erase_if(plans,
                [&](const Plan& plan) { return plan.kind.at_write.has_value() != of_writes; });
  sandbox::Dice dice(seed);
  while (out.what.empty() && out.plans < most) {
    ++out.plans;
    const auto last = static_cast<double>(plans.size());
    const Plan& plan = plans[static_cast<std::size_t>(dice.uniform() * last)];
    out.story = plan.story->name;
    out.plan = name_of(plan);
    out.what = run(plan);
  }
  return out;
}

Json run_crash_plans(int workers) {
  const std::vector<Outcome> peaceful = all_peaceful();
  const std::vector<Plan> plans = plans_of(peaceful);
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  Json violations = Json::array();
  double spent = 0;
  const SystemClock clock;
  const Duration began = clock.monotonic();
  const auto work = [&] {
    for (std::size_t i = next++; i < plans.size(); i = next++) {
      const std::string wrong = run(plans[i]);
      if (wrong.empty()) continue;
      const std::lock_guard lock(mutex);
      violations.push_back(
          {{"story", plans[i].story->name}, {"plan", name_of(plans[i])}, {"what", wrong}});
    }
    const std::lock_guard lock(mutex);
    spent += cpu_seconds();
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < workers; ++i) threads.emplace_back(work);
  }
  return {{"stories", standard_stories().size()},
          {"plans", plans.size()},
          {"coreSeconds", spent},
          {"seconds", to_seconds(clock.monotonic() - began)},
          {"violations", std::move(violations)}};
}

}  // namespace freshet::simulate
