// ./dev simulate: many stories, every crash plan, or every known mistake; prints one JSON object.
// Exit 1 where something was violated, or a mistake was not found.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <iostream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <thread>

#include "tests/bench/cpu_time.h"
#include "tests/simulate/crash_plans.h"
#include "tests/simulate/detection.h"
#include "tests/simulate/report.h"
#include "tests/simulate/shrink.h"

namespace freshet::simulate {
namespace {

constexpr std::size_t kMostShrunk = 3;  // violations of one run

struct Flags {
  std::int64_t rollouts = 1000;
  std::uint64_t seed = 1;
  std::string faults = "all";
  std::optional<std::uint64_t> replay;
  bool crash_plans = false;
  std::optional<std::string> detection;  // the name of one mistake, or ""
  int jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
};

int print(const Json& report) {
  std::cout << dump_json_pretty(report) << "\n";
  return report["violations"].empty() ? 0 : 1;
}

int replay(const Story& story) {
  std::cout << describe(story) << "\n";
  RunOptions options;
  options.tell = [](TimePoint at, const std::string& line) {
    std::cout << format_rfc3339(at) << " " << line << "\n";
  };
  const Outcome outcome = run_story(story, options);
  std::cout << outcome.end;
  for (const Violation& violation : outcome.violations) {
    std::cout << format_rfc3339(violation.at) << " " << violation.invariant << ": "
              << violation.what << "\n";
  }
  return outcome.violations.empty() ? 0 : 1;
}

// For people: the shortest story that fails in the same way.
void tell_shrunk(const Report& report, const Allowed& allowed) {
  std::set<std::string> told;
  for (const Found& found : report.violations) {
    if (told.size() >= kMostShrunk) return;
    if (!told.insert(found.violation.invariant).second) continue;
    const Story story = shrink(make_story(found.seed, allowed), found.violation.invariant);
    std::cerr << fmt::format("\n{}, seed {}, in its shortest story:\n{}", found.violation.invariant,
                             found.seed, describe(story));
  }
}

int run_many(const Flags& flags, const Allowed& allowed) {
  std::atomic<std::uint64_t> next{flags.seed};
  std::atomic<std::int64_t> done{0};
  std::mutex mutex;
  Report all;
  const auto work = [&] {
    Report report;
    while (done < flags.rollouts) {
      const std::uint64_t seed = next++;
      const Outcome outcome = run_story(make_story(seed, allowed));
      done += std::max<std::int64_t>(outcome.rollouts, 1);
      add(report, seed, outcome);
    }
    report.core_seconds = cpu_seconds();
    const std::lock_guard lock(mutex);
    add(all, report);
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < flags.jobs; ++i) threads.emplace_back(work);
  }
  tell_shrunk(all, allowed);
  return print(
      report_to_json(all, fmt::format("./dev simulate --faults {} --replay", flags.faults)));
}

int detect(const Flags& flags) {
  const Mistake* mistake = find_mistake(*flags.detection);
  std::string names;
  for (const Mistake& each : all_mistakes()) names += fmt::format(" {}", each.name);
  if (mistake == nullptr && (!flags.detection->empty() || flags.replay)) {
    std::cerr << "--detection: found \"" << *flags.detection << "\", allowed:" << names << "\n";
    return 2;
  }
  if (!kMayRelapse) {
    std::cerr << "this build has no mistakes to put back; ./dev simulate makes one that has\n";
    return 2;
  }
  if (flags.replay) {
    relapse_into(mistake->relapse);
    return replay(detection_story(*flags.replay));
  }
  const Json report = run_detection(mistake, flags.jobs);
  std::cout << dump_json_pretty(report) << "\n";
  return report["caught"] == report["total"] ? 0 : 1;
}

int run(int argc, char** argv) {
  Flags flags;
  CLI::App app("The controller of production in a simulated world, under every fault.");
  app.add_option("--rollouts", flags.rollouts, "so many at least")->check(CLI::PositiveNumber);
  app.add_option("--seed", flags.seed, "of the first story; each story takes the next");
  app.add_option("--faults", flags.faults, "all, none, or groups and kinds with commas between");
  app.add_option("--replay", flags.replay, "tell the story of this seed, line by line");
  app.add_flag("--crash-plans", flags.crash_plans,
               "each write and each watch event of the standard stories, gone wrong once");
  app.add_option("--detection", flags.detection,
                 "put each known mistake, or the one named, back into the controller and count the "
                 "stories until it is found")
      ->expected(0, 1)
      ->default_str("");
  app.add_option("--jobs", flags.jobs, "threads")->check(CLI::Range(1, 256));
  CLI11_PARSE(app, argc, argv);
  if (flags.detection) return detect(flags);
  if (flags.crash_plans) return print(run_crash_plans(flags.jobs));
  const auto allowed = parse_allowed(flags.faults);
  if (!allowed) {
    std::cerr << allowed.error().message << "\n";
    return 2;
  }
  if (flags.replay) return replay(make_story(*flags.replay, *allowed));
  return run_many(flags, *allowed);
}

}  // namespace
}  // namespace freshet::simulate

int main(int argc, char** argv) { return freshet::simulate::run(argc, argv); }
