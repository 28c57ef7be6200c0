// bench_judges: our judge beside its peers. Exit 1 when one of our bounds is missed.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <span>

#include "base/clock.h"
#include "base/text.h"
#include "tests/bench/judges/results.h"

namespace freshet {
namespace {

constexpr int kLimitSeeds = 1000;  // they cost next to nothing

struct Flags {
  int seeds = 400;
  std::string json;
  std::string plots;
  std::string only;  // scenarios whose name contains this, and nothing else
};

class Lap {
 public:
  void done(std::string_view what) {
    const Duration now = clock_.monotonic();
    fmt::print(stderr, "{}: {:.0f} s\n", what, to_seconds(now - since_));
    since_ = now;
  }

 private:
  SystemClock clock_;
  Duration since_ = clock_.monotonic();
};

void print(const std::string& table) {
  fmt::print("{}\n", table);
  std::fflush(stdout);
}

Results measure(const Flags& flags) {
  Lap lap;
  Results results;
  results.seeds = flags.seeds;
  for (const Scenario& scenario : scenarios()) {
    if (scenario.name.find(flags.only) == std::string::npos) continue;
    results.scenarios.push_back(hold_contest(scenario, flags.seeds));
    print(table_of(results.scenarios.back()));
  }
  lap.done("scenarios");
  if (!flags.only.empty()) return results;
  // Seeds where many cells share them out, and where a run costs little.
  results.limits = measure_limits(std::max(kLimitSeeds, flags.seeds * 5));
  print(table_of(results.limits));
  lap.done("limits");
  results.nulls = measure_nulls(flags.seeds * 2);
  print(table_of(results.nulls));
  results.analyzer_nulls = measure_analyzer_nulls(std::max(1, flags.seeds / 2));
  print(table_of(results.analyzer_nulls));
  lap.done("nulls");
  results.sweep = sweep(std::max(1, flags.seeds / 10));
  print(table_of(results.sweep));
  lap.done("sweep");
  return results;
}

int run(const Flags& flags) {
  const Results results = measure(flags);
  const std::vector<Bound> bounds = all_bounds(results);
  print(page_table(results.scenarios));
  print(table_of(bounds));
  Status written;
  if (!flags.json.empty()) written = write_json(results, bounds, flags.json);
  if (written && !flags.plots.empty()) written = write_plots(results, flags.plots);
  if (!written) {
    fmt::print(stderr, "{}\n", written.error().message);
    return 2;
  }
  const bool held =
      std::all_of(bounds.begin(), bounds.end(), [](const Bound& bound) { return bound.held; });
  return held ? 0 : 1;
}

constexpr const char* kUsage =
    "bench_judges [--seeds N] [--json FILE] [--plots FOLDER] [--only WORDS]\n"
    "  --seeds   of each scenario, at least 10; the rest in proportion (400)\n"
    "  --json    writes all results to this file\n"
    "  --plots   writes three SVGs into this folder, which must be there\n"
    "  --only    only scenarios whose name contains these words\n";

std::optional<Flags> flags_of(std::span<char* const> words) {
  Flags flags;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    const std::string_view name = words[i];
    const std::string value = words[i + 1];
    const std::optional<std::int64_t> number = parse_whole(value);
    if (name == "--seeds" && number && *number >= 10 && *number <= 100'000) {
      flags.seeds = static_cast<int>(*number);
    } else if (name == "--json") {
      flags.json = value;
    } else if (name == "--plots") {
      flags.plots = value;
    } else if (name == "--only") {
      flags.only = value;
    } else {
      return std::nullopt;
    }
  }
  return words.size() % 2 == 0 ? std::optional(flags) : std::nullopt;
}

}  // namespace
}  // namespace freshet

int main(int argc, char** argv) {
  const auto flags = freshet::flags_of({argv + 1, static_cast<std::size_t>(argc - 1)});
  if (!flags) {
    fmt::print(stderr, "{}", freshet::kUsage);
    return 2;
  }
  return freshet::run(*flags);
}
