// One world a seed, looked at by all judges at once.
#include "tests/bench/judges/contest.h"

#include <memory>

#include "tests/bench/judges/argo.h"
#include "tests/bench/judges/flagger.h"
#include "tests/bench/judges/freshet_judge.h"
#include "tests/bench/judges/kayenta.h"
#include "tests/bench/judges/parallel.h"
#include "tests/bench/judges/world.h"

namespace freshet {
namespace {

using Judges = std::array<std::unique_ptr<CanaryJudge>, kContenders>;

Judges judges_of(const Scenario& scenario) {
  const ArmRates stable = scenario_rates(scenario.errors);
  AnalysisSettings settings = bench_settings(scenario.rps, stable);
  if (scenario.plus) {  // the two margins' `plus` keep the distance that `auto` gives them
    settings.errors.promote.plus = *scenario.plus;
    settings.errors.rollback.plus = *scenario.plus / 3;
  }
  AnalysisSettings soaking = settings;
  soaking.promote_soak = kFinalSoak;
  return {std::make_unique<FreshetJudge>(settings, scenario.percent),
          std::make_unique<FreshetJudge>(soaking, scenario.percent),
          std::make_unique<FlaggerJudge>(), std::make_unique<ArgoJudge>(),
          std::make_unique<KayentaJudge>()};
}

std::array<Run, kContenders> run_seed(const Scenario& scenario, std::uint64_t seed) {
  World world(scenario, seed);
  Judges judges = judges_of(scenario);
  std::array<Run, kContenders> runs;
  double sent = 0;
  double bad = 0;
  double minute = 0;
  for (int undecided = kContenders; undecided > 0 && minute < kMinutesWatched - 1e-6;) {
    const Slice slice = world.next();
    minute = slice.minute;
    sent += slice.sent;
    bad += slice.bad;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      if (runs[i].end != Answer::kGoing) continue;
      const Answer answer = slice.interval ? judges[i]->see(*slice.interval) : Answer::kGoing;
      runs[i] = {answer, minute, sent, bad};
      if (answer != Answer::kGoing) --undecided;
    }
  }
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (runs[i].end == Answer::kGoing) runs[i].end = judges[i]->at_the_end();
  }
  return runs;
}

}  // namespace

Contest hold_contest(const Scenario& scenario, int seeds) {
  Contest contest{scenario, {}};
  const auto count = static_cast<std::size_t>(seeds);
  std::vector<std::array<Run, kContenders>> by_seed(count);
  for_each_index(count, [&](std::size_t i) { by_seed[i] = run_seed(contest.scenario, i + 1); });
  for (std::size_t judge = 0; judge < kContenders; ++judge) {
    for (const auto& runs : by_seed) contest.runs[judge].push_back(runs[judge]);
  }
  return contest;
}

Summary summary_of(const std::vector<Run>& runs) {
  std::vector<double> requests;
  std::vector<double> bad;
  std::vector<double> rollback;
  std::vector<double> promote;
  for (const Run& run : runs) {
    if (run.end == Answer::kPromote) promote.push_back(run.minutes);
    if (run.end != Answer::kRollback) continue;
    requests.push_back(run.requests);
    bad.push_back(run.bad);
    rollback.push_back(run.minutes);
  }
  const auto all = static_cast<std::int64_t>(runs.size());
  const auto back = static_cast<std::int64_t>(rollback.size());
  const auto forth = static_cast<std::int64_t>(promote.size());
  return {.rolled_back = {back, all},
          .promoted = {forth, all},
          .inconclusive = {all - back - forth, all},
          .requests = quantile_of(requests, 0.5),
          .bad = quantile_of(bad, 0.5),
          .rollback_minutes = quantile_of(rollback, 0.5),
          .promote_minutes = quantile_of(promote, 0.5)};
}

}  // namespace freshet
