// Whether a rollout may begin as far as other services are concerned.
#include "controller/planner/turn.h"

#include <algorithm>

#include "base/text.h"

namespace freshet::planning {
namespace {

// As a command line names it.
std::string command_for(const char* verb, const ServiceKey& key) {
  return std::string("freshet ") + verb + " " + key.name + " -n " + key.name_space;
}

std::string service_text(const ServiceKey& key) { return key.name + " in " + key.name_space; }

bool counts(const WaveFailure& failure, TimePoint now) { return failure.until > now; }

std::string stopped_text(const Wave& wave, const ServiceKey& asker, const WaveLimits& limits,
                         TimePoint now) {
  const auto counted = [now](const WaveFailure& failure) { return counts(failure, now); };
  const auto failures = std::ranges::count_if(wave.failed, counted);
  const WaveFailure& one = *std::ranges::find_if(wave.failed, counted);
  return "the line is stopped (failure budget: " + std::to_string(failures) + " of " +
         std::to_string(limits.failures) + "): " + to_string(one.service) + " rejected " +
         wave.what + " (" + printable(one.why) + "); " + command_for("retry", one.service) +
         " takes that back and the line goes on, " + command_for("promote", asker) +
         " lets this one go";
}

std::string waiting_text(const Wave& wave, const ServiceKey& asker, const WaveLimits& limits) {
  const std::string last = "; its success lets the others go; this one is number " +
                           std::to_string(wave.number) + " of those that wait, " +
                           command_for("promote", asker) + " lets it go";
  if (wave.rolling.empty()) {
    const std::string first = wave.head ? service_text(*wave.head) : "another";
    return "for " + first + ", which goes first with " + wave.what + last;
  }
  const WaveRolling& first =
      *std::ranges::min_element(wave.rolling, {}, [](const WaveRolling& one) { return one.since; });
  std::string text = "for " + service_text(first.service) + ", which goes first with " + wave.what +
                     " since " + format_rfc3339(first.since);
  if (!first.held.empty()) {
    text += " and is held (" + printable(first.held) + "; it is passed over at " +
            format_rfc3339(first.since + limits.patience) + ")";
  }
  return text + last;
}

}  // namespace

OthersFirst queued(const QueuePlace& place) {
  const bool here = !place.name_space.empty();
  return {std::string(kQueuedHold),
          "number " + std::to_string(place.number) + " of " + std::to_string(place.waiting) +
              " in the queue" + (here ? " of namespace " + place.name_space : std::string()) +
              "; " + std::to_string(place.running) + " of " + std::to_string(place.limit) +
              " rollouts run" + (here ? " there" : "")};
}

WaveAnswer ask_wave(const Wave& wave, const WaveLimits& limits, TimePoint now) {
  const auto failures = std::ranges::count_if(
      wave.failed, [now](const WaveFailure& failure) { return counts(failure, now); });
  if (failures >= limits.failures) return {0, true};
  if (wave.succeeded >= limits.first) return {kWaveOpen, false};
  const auto waited_for = std::ranges::count_if(
      wave.rolling, [&](const WaveRolling& one) { return now - one.since < limits.patience; });
  return {std::max(0, limits.first - wave.succeeded - static_cast<int>(waited_for)), false};
}

std::optional<OthersFirst> waits_for_wave(const Wave& wave, const ServiceKey& asker,
                                          const WaveLimits& limits, TimePoint now) {
  const WaveAnswer answer = ask_wave(wave, limits, now);
  if (answer.stopped) {
    return OthersFirst{std::string(kFailureBudgetHold), stopped_text(wave, asker, limits, now)};
  }
  if (wave.number <= answer.may_begin) return std::nullopt;
  return OthersFirst{std::string(kWaveHold), waiting_text(wave, asker, limits)};
}

}  // namespace freshet::planning
