// Every write and every watch event of the standard stories, gone wrong once.
#include "tests/simulate/crash_plans.h"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/bench/cpu_time.h"
#include "tests/simulate/run.h"

namespace freshet::simulate {
namespace {

struct Trouble {
  Strike::Kind kind;
  const char* name;
  bool of_writes;
};
constexpr std::array<Trouble, 5> kKinds = {
    {{Strike::Kind::kCrashBefore, "crash before write", true},
     {Strike::Kind::kCrashAfter, "crash after write", true},
     {Strike::Kind::kReplyLost, "reply lost of write", true},
     {Strike::Kind::kEventLost, "watch lost at event", false},
     {Strike::Kind::kEventLate, "watch late at event", false}}};

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
    return fmt::format("L4 Writes: {} instead of {}", outcome.writes, plan.peaceful->writes);
  }
  return "";
}

std::vector<Plan> plans_of(const std::vector<Outcome>& peaceful) {
  std::vector<Plan> out;
  for (std::size_t i = 0; i < standard_stories().size(); ++i) {
    for (const Trouble& kind : kKinds) {
      const auto count = kind.of_writes ? peaceful[i].all_writes : peaceful[i].watch_events;
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
  const Event good = at(minutes(1), kPushGood);
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
      {"the Service is untracked", story_of({good, at(seconds(150), kUntrack, minutes(2))}, steps)},
  };
  return kStories;
}

Json run_crash_plans(int workers) {
  std::vector<Outcome> peaceful;
  for (const StandardStory& standard : standard_stories()) {
    peaceful.push_back(run_story(standard.story, quiet_end()));
  }
  const std::vector<Plan> plans = plans_of(peaceful);
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  Json violations = Json::array();
  double spent = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < plans.size(); i = next++) {
      RunOptions options = quiet_end();
      options.strike = {plans[i].kind.kind, plans[i].number};
      const std::string wrong = judge(plans[i], run_story(plans[i].story->story, options));
      if (wrong.empty()) continue;
      const std::lock_guard lock(mutex);
      violations.push_back({{"story", plans[i].story->name},
                            {"plan", fmt::format("{} {}", plans[i].kind.name, plans[i].number)},
                            {"what", wrong}});
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
          {"violations", std::move(violations)}};
}

}  // namespace freshet::simulate
