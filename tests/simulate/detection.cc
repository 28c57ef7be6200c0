// Looks for each mistake from several seeds on.
#include "tests/simulate/detection.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "tests/bench/cpu_time.h"
#include "tests/simulate/crash_plans.h"
#include "tests/simulate/run.h"

namespace freshet::simulate {
namespace {

constexpr std::uint64_t kBetweenStarts = 1000;
constexpr Duration kLength = minutes(25);

// One mistake, looked for from one seed on.
struct Hunt {
  const Mistake* mistake = nullptr;
  std::uint64_t first_seed = 1;
  int tries = 0;  // stories, or crash plans
  std::set<std::string> invariants;
  std::string what;    // "" if it was not found
  std::string replay;  // how to see it again
};

// All from the first start, then all from the second: what takes long is spread.
std::vector<Hunt> all_hunts(const Mistake* only) {
  std::vector<Hunt> out;
  for (std::uint64_t i = 0; i < kStarts; ++i) {
    for (const Mistake& mistake : all_mistakes()) {
      if (only != nullptr && mistake.relapse != only->relapse) continue;
      out.push_back({&mistake, 1 + i * kBetweenStarts, 0, {}, "", ""});
    }
  }
  return out;
}

std::vector<Violation> violations_of(std::uint64_t seed, Relapse mistake) {
  RunOptions options;
  options.stops_at_violation = true;
  relapse_into(mistake);
  return run_story(detection_story(seed), options).violations;
}

// What the program violates without the mistake as well does not tell of it.
void hunt_in_stories(Hunt& out) {
  for (std::uint64_t seed = out.first_seed; out.tries < kMostSeeds && out.what.empty(); ++seed) {
    ++out.tries;
    const auto found = violations_of(seed, out.mistake->relapse);
    if (found.empty() || !violations_of(seed, Relapse::kNone).empty()) continue;
    for (const Violation& violation : found) out.invariants.insert(violation.invariant);
    out.what = found.front().invariant + ": " + found.front().what;
    out.replay = fmt::format("./dev simulate --detection {} --replay {}", out.mistake->name, seed);
  }
}

void hunt_in_plans(Hunt& out) {
  relapse_into(out.mistake->relapse);
  const PlanSearch found =
      search_crash_plans(out.first_seed, kMostPlans, out.mistake->look_in == LookIn::kWritePlans);
  out.tries = found.plans;
  out.what = found.what;
  if (found.what.empty()) return;
  out.invariants.insert(found.what.substr(0, found.what.find(':')));
  out.replay = fmt::format("crash plan \"{}\" of \"{}\"", found.plan, found.story);
}

void hunt(Hunt& out) {
  if (out.mistake->look_in == LookIn::kStories) {
    hunt_in_stories(out);
  } else {
    hunt_in_plans(out);
  }
  relapse_into(Relapse::kNone);
  std::cerr << fmt::format("{}, from seed {}: {} after {}; {}\n", out.mistake->name, out.first_seed,
                           out.what.empty() ? "not found" : "found", out.tries, out.what);
}

// Of an odd number the one in the middle, else the greater of the two.
int median(std::vector<int> values) {
  std::ranges::sort(values);
  return values.empty() ? 0 : values[values.size() / 2];
}

struct Tally {
  int mistakes = 0;
  int caught = 0;
  std::vector<int> medians;  // of those that are caught
};

Json report_of(const std::vector<Hunt>& hunts, Tally& tally) {
  std::vector<int> tries;
  std::set<std::string> invariants;
  std::string replay;
  const Mistake& mistake = *hunts.front().mistake;
  for (const Hunt& each : hunts) {
    if (each.what.empty()) continue;
    tries.push_back(each.tries);
    invariants.insert(each.invariants.begin(), each.invariants.end());
    if (replay.empty()) replay = each.replay;
  }
  const bool caught = tries.size() == hunts.size();
  ++tally.mistakes;
  tally.caught += caught ? 1 : 0;
  if (caught) tally.medians.push_back(median(tries));
  Json out = {{"class", mistake.number},
              {"name", mistake.name},
              {"mistake", mistake.what},
              {"caught", caught},
              {"caughtFrom", tries.size()},
              {"lookedForIn", mistake.look_in == LookIn::kStories ? "stories" : "crash plans"},
              {"invariants", invariants},
              {"replay", replay}};
  if (!tries.empty()) {
    out["median"] = median(tries);
    out["most"] = std::ranges::max(tries);
  }
  return out;
}

}  // namespace

Story detection_story(std::uint64_t seed) {
  Story story = make_story(seed, everything());
  story.length = std::min(story.length, kLength);
  std::erase_if(story.events, [&](const Event& event) { return event.at > story.length; });
  return story;
}

Json run_detection(const Mistake* only, int workers) {
  std::vector<Hunt> hunts = all_hunts(only);
  std::atomic<std::size_t> next{0};
  std::atomic<double> spent{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < workers; ++i) {
      threads.emplace_back([&] {
        for (std::size_t at = next++; at < hunts.size(); at = next++) hunt(hunts[at]);
        spent += cpu_seconds();
      });
    }
  }
  std::ranges::stable_sort(hunts, {}, &Hunt::mistake);
  Tally tally;
  Json mistakes = Json::array();
  for (std::size_t at = 0; at < hunts.size(); at += kStarts) {
    const auto from = hunts.begin() + static_cast<std::ptrdiff_t>(at);
    mistakes.push_back(report_of({from, from + kStarts}, tally));
  }
  return {{"caught", tally.caught},      {"total", tally.mistakes},
          {"starts", kStarts},           {"median", median(tally.medians)},
          {"coreSeconds", spent.load()}, {"mistakes", std::move(mistakes)}};
}

}  // namespace freshet::simulate
