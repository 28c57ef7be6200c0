// Flags that say how many rollouts run at once, and who goes first.
#include "controller/cli/fleet_flags.h"

#include <CLI/CLI.hpp>

#include "controller/cli/flags.h"
namespace freshet {

namespace {

constexpr int kMostRollouts = 10000;
constexpr const char* kOff = "off";
constexpr const char* kRepository = "repository";
constexpr const char* kBaseImage = "base-image";

WaveBy wave_by(const std::string& text) {
  if (text == kOff) return WaveBy::kOff;
  return text == kBaseImage ? WaveBy::kBaseImage : WaveBy::kRepository;
}

void add_number(CLI::App& command, const std::string& name, const std::string& variable, int& value,
                const std::string& doc) {
  command.add_option(name, value, doc)
      ->envname(variable)
      ->check(CLI::Range(1, kMostRollouts))
      ->capture_default_str();
}

}  // namespace

void add_fleet_flags(CLI::App& command, FleetFlags& flags) {
  FleetLimits& limits = flags.limits;
  add_number(command, "--max-rollouts", "FRESHET_MAX_ROLLOUTS", limits.in_cluster,
             "Rollouts at once in the cluster");
  add_number(command, "--max-rollouts-per-namespace", "FRESHET_MAX_ROLLOUTS_PER_NAMESPACE",
             limits.in_namespace, "Rollouts at once in one namespace");
  CLI::Option* wave_by = command.add_option(
      "--wave-by", flags.wave_by,
      "Which services form a wave, of which some go first: those that are to get the same new "
      "digest (repository), or digests that say they were made from the same base (base-image); "
      "off: none");
  add_choice(wave_by->envname("FRESHET_WAVE_BY"), {kRepository, kBaseImage, kOff});
  wave_by->capture_default_str();
  add_number(command, "--wave-first", "FRESHET_WAVE_FIRST", limits.wave.first,
             "Services of a wave that go first; their success lets the others go");
  add_number(command, "--failure-budget", "FRESHET_FAILURE_BUDGET", limits.wave.failures,
             "Services of a wave that may reject its digest before no other begins");
  command
      .add_option("--wave-patience", flags.wave_patience,
                  "One that goes first and takes longer is not waited for, 1m to 168h")
      ->envname("FRESHET_WAVE_PATIENCE")
      ->capture_default_str();
}

Result<FleetLimits> fleet_limits(const FleetFlags& flags) {
  FleetLimits limits = flags.limits;
  limits.wave_by = wave_by(flags.wave_by);
  const auto patience = parse_duration(flags.wave_patience);
  if (!patience) return with_context("--wave-patience", patience.error());
  if (*patience < minutes(1) || *patience > hours(168)) {
    return bad_input("--wave-patience is " + flags.wave_patience + "; allowed: 1m to 168h");
  }
  limits.wave.patience = *patience;
  return limits;
}

}  // namespace freshet
