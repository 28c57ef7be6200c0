// A story from a seed.
#include <algorithm>
#include <map>

#include "controller/sandbox/dice.h"
#include "tests/simulate/story.h"

namespace freshet::simulate {
namespace {

using sandbox::Dice;

constexpr int kMostServices = 6;

// How much happens in how little time. Most stories are dense, as idle time finds nothing and costs
// passes; waits that are long have to be met as well, so that some stories are slow.
struct Pace {
  Duration shortest{};  // of the whole story
  Duration longest{};
  int least_pushes = 0;  // an hour, of each service
  int most_pushes = 0;
  int least_faults = 0;  // an hour, of all
  int most_faults = 0;
  Duration fault{};  // what lasts, lasts so long at most; a tenth of the faults much longer
  Duration long_fault{};
};
constexpr Pace kDense = {minutes(8), minutes(24), 24, 70, 15, 90, seconds(60), minutes(5)};
constexpr Pace kSlow = {minutes(40), minutes(100), 8, 16, 4, 30, seconds(90), minutes(12)};

bool chance(Dice& dice, double probability) { return dice.uniform() < probability; }

int whole(Dice& dice, int low, int high) {
  return low + static_cast<int>(dice.uniform() * (high - low + 1));
}

template <class T>
const T& one_of(Dice& dice, const std::vector<T>& choices) {
  return choices[static_cast<std::size_t>(whole(dice, 0, static_cast<int>(choices.size()) - 1))];
}

ServiceSetting make_setting(Dice& dice, bool is_slow) {
  const bool is_long = is_slow || chance(dice, 0.15);  // its plan
  ServiceSetting out;
  out.metrics = chance(dice, 0.25);
  out.steps = one_of<std::vector<int>>(
      dice, {{20}, {50}, {10, 50}, is_long ? std::vector{1, 5, 50} : std::vector{30}});
  out.minimum_step = seconds(is_long ? whole(dice, 5, 30) : whole(dice, 5, 10));
  out.bake = seconds(is_long ? whole(dice, 0, 40) : whole(dice, 0, 8));
  out.approval = chance(dice, 0.08);
  out.supersede = chance(dice, 0.3);
  out.gates = chance(dice, 0.3);
  out.task_gate = out.gates && chance(dice, 0.4);
  return out;
}

bool is_push(What what) { return what >= What::kPushGood && what <= What::kPushFailsGate; }

// Some of the good builds are of the base alone.
void move_bases(Dice& dice, const Allowed& allowed, Story& story) {
  if (!allowed.contains(What::kPushNewBase) || !chance(dice, 0.3)) return;
  for (ServiceSetting& service : story.services) service.new_base = chance(dice, 0.8);
  for (Event& event : story.events) {
    if (event.what == What::kPushGood && chance(dice, 0.6)) event.what = What::kPushNewBase;
  }
}

// How long it lasts and how strong it is, by kind.
void fill(Event& event, Dice& dice, const Pace& pace) {
  const bool is_long = chance(dice, 0.1);
  event.lasting = dice.between(seconds(2), is_long ? pace.long_fault : pace.fault);
  event.value = whole(dice, 5, 90);
  switch (event.what) {
    case What::kRegistryFails:
      event.value = one_of<int>(dice, {0, 401, 403, 404, 429, 500, 503});
      break;
    case What::kPushCrashesLater:  // some once they are stable
    case What::kPushFailsLater:
    case What::kPushUnreadyLater: event.value = whole(dice, 4, 15); break;
    case What::kWatchLags: event.value = whole(dice, 2, is_long ? 120 : 20); break;
    case What::kClockJump:
      event.value = one_of<int>(dice, {-86400, -3600, -30, -2, 2, 30, 3600, 86400});
      break;
    // Rather how busy a cluster is than an outage.
    case What::kRouteConflicts: event.lasting = dice.between(minutes(1), pace.longest); break;
    case What::kKillAtWrite: event.value = whole(dice, 0, 29); break;
    case What::kKill: event.lasting = dice.between(seconds(1), minutes(3)); break;
    default: break;
  }
}

}  // namespace

Story make_story(std::uint64_t seed, const Allowed& allowed) {
  Dice dice(seed * 0x9E3779B97F4A7C15ULL + 1);
  Story story;
  story.seed = seed;
  const bool is_slow = chance(dice, 0.04);
  const Pace& pace = is_slow ? kSlow : kDense;
  // An election costs several exchanges a second.
  const double many = dice.uniform();
  story.replicas = many < 0.75 ? 1 : many < 0.95 ? 2 : 3;
  const int services = whole(dice, 1, kMostServices);
  for (int i = 0; i < services; ++i) story.services.push_back(make_setting(dice, is_slow));
  story.length = dice.between(pace.shortest, pace.longest);

  std::map<What, double> weights;
  double others = 0;
  for (const Kind& kind : all_kinds()) {
    if (!allowed.contains(kind.what) || is_push(kind.what)) continue;
    if (kind.what == What::kPushNewBase) continue;  // move_bases()
    // A step back matters only where what is stable came after it, which is seldom.
    const double times = kind.what == What::kPushOldAgain ? 4 : 1;
    const double weight = chance(dice, 0.5) ? 0 : times * (0.2 + dice.uniform());
    weights[kind.what] = weight;
    others += weight;
  }
  std::vector<What> pushes = {What::kPushGood, What::kPushGood};
  for (const Kind& kind : all_kinds()) {
    if (is_push(kind.what) && allowed.contains(kind.what) && chance(dice, 0.6)) {
      pushes.push_back(kind.what);
    }
  }
  const auto add = [&](What what) {
    Event event;
    event.what = what;
    event.at = dice.between(seconds(0), story.length);
    event.service = whole(dice, 0, services - 1);
    event.replica = whole(dice, 0, story.replicas - 1);
    fill(event, dice, pace);
    story.events.push_back(event);
  };
  const double hours = to_seconds(story.length) / 3600;
  const double often = whole(dice, pace.least_pushes, pace.most_pushes);
  for (int i = static_cast<int>(hours * services * often); i > 0; --i) {
    add(one_of(dice, pushes));
  }
  const int faults = static_cast<int>(hours * whole(dice, pace.least_faults, pace.most_faults));
  for (int i = faults; i > 0 && others > 0; --i) {
    double point = dice.uniform() * others;
    for (const auto& [what, weight] : weights) {
      point -= weight;
      if (point > 0) continue;
      if (weight > 0) add(what);
      break;
    }
  }
  std::ranges::stable_sort(story.events, {}, &Event::at);
  // Drawn last: stories without it stay as they were.
  story.one_image = services > 1 && chance(dice, 0.25);
  if (chance(dice, 0.4)) story.max_rollouts = whole(dice, 1, 3);
  move_bases(dice, allowed, story);
  story.asks_for_token = chance(dice, 0.3);
  return story;
}

}  // namespace freshet::simulate
