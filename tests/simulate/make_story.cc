// A story from a seed.
#include <algorithm>
#include <map>

#include "controller/sandbox/dice.h"
#include "tests/simulate/story.h"

namespace freshet::simulate {
namespace {

using sandbox::Dice;

constexpr int kMostServices = 3;
constexpr Duration kShortest = minutes(40);
constexpr Duration kLongest = minutes(100);

bool chance(Dice& dice, double probability) { return dice.uniform() < probability; }

int whole(Dice& dice, int low, int high) {
  return low + static_cast<int>(dice.uniform() * (high - low + 1));
}

template <class T>
const T& one_of(Dice& dice, const std::vector<T>& choices) {
  return choices[static_cast<std::size_t>(whole(dice, 0, static_cast<int>(choices.size()) - 1))];
}

ServiceSetting make_setting(Dice& dice) {
  ServiceSetting out;
  out.metrics = chance(dice, 0.3);
  out.steps = one_of<std::vector<int>>(dice, {{20}, {50}, {10, 50}, {1, 5, 50}});
  out.minimum_step = seconds(whole(dice, 5, 30));
  out.bake = seconds(whole(dice, 0, 40));
  out.approval = chance(dice, 0.1);
  out.supersede = chance(dice, 0.3);
  return out;
}

bool is_push(What what) { return what >= What::kPushGood && what <= What::kPushUnreadyLater; }

// How long it lasts and how strong it is, by kind.
void fill(Event& event, Dice& dice) {
  const bool is_long = chance(dice, 0.1);
  event.lasting = dice.between(seconds(2), is_long ? minutes(12) : seconds(90));
  event.value = whole(dice, 5, 90);
  switch (event.what) {
    case What::kRegistryFails:
      event.value = one_of<int>(dice, {0, 401, 403, 404, 429, 500, 503});
      break;
    case What::kWatchLags: event.value = whole(dice, 2, is_long ? 120 : 20); break;
    case What::kClockJump:
      event.value = one_of<int>(dice, {-86400, -3600, -30, -2, 2, 30, 3600, 86400});
      break;
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
  story.replicas = chance(dice, 0.3) ? 2 : 1;
  const int services = whole(dice, 1, kMostServices);
  for (int i = 0; i < services; ++i) story.services.push_back(make_setting(dice));
  story.length = dice.between(kShortest, kLongest);

  std::map<What, double> weights;
  double others = 0;
  for (const Kind& kind : all_kinds()) {
    if (!allowed.contains(kind.what) || is_push(kind.what)) continue;
    const double weight = chance(dice, 0.5) ? 0 : 0.2 + dice.uniform();
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
    fill(event, dice);
    story.events.push_back(event);
  };
  const double hours = to_seconds(story.length) / 3600;
  for (int i = static_cast<int>(hours * services * whole(dice, 8, 16)); i > 0; --i) {
    add(one_of(dice, pushes));
  }
  for (int i = static_cast<int>(hours * whole(dice, 4, 30)); i > 0 && others > 0; --i) {
    double point = dice.uniform() * others;
    for (const auto& [what, weight] : weights) {
      point -= weight;
      if (point > 0) continue;
      if (weight > 0) add(what);
      break;
    }
  }
  std::ranges::stable_sort(story.events, {}, &Event::at);
  return story;
}

}  // namespace freshet::simulate
