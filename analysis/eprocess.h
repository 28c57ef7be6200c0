// The test everything rests on: a margin e-process over counts of two arms (analysis/README.md).
// Sources: Ville's inequality; conditional inference on counts as in Lindon & Malek, arXiv
// 2011.03567; mixture over start times as in Shin, Ramdas & Rinaldo's e-detectors.
#pragma once

#include <array>
#include <cstddef>

#include "config/tracked_service.h"

namespace freshet {

// Effects tried at once, as multiples of the margin's `times`. Against: the canary is worse by so
// much; for: it is at most that share of what the margin allows.
inline constexpr std::array<double, 6> kAgainstEffects = {1.5, 2.5, 5, 10, 30, 300};
inline constexpr std::array<double, 5> kForEffects = {0.7, 0.5, 0.3, 0.15, 0.05};
// Full load: the candidate's rate as a multiple of the greatest rate allowed.
inline constexpr std::array<double, 3> kFullLoadEffects = {1.5, 3, 10};

// The logarithm of nothing: finite, so that no infinity ever gets into stored evidence.
inline constexpr double kLogZero = -1e6;
// Share of the evidence that looks from the start; the rest waits for a late onset.
inline constexpr double kFromStart = 0.75;

// One metric's events and requests of both arms within one interval.
struct PairCounts {
  double canary_events = 0;
  double stable_events = 0;
  double canary = 0;
  double stable = 0;
};

// One interval's log e-value at effect η is data − δ·slack, where δ is the margin's `plus`.
struct LogFactor {
  double data = 0;
  double slack = 0;
};
// Zero (no evidence either way) unless both arms had requests. For η > θ the e-value's mean is at
// most 1 whenever canary rate ≤ θ × stable rate + δ; for η < θ, whenever it is ≥.
LogFactor log_factor(const PairCounts& counts, double theta, double eta);

double log_add(double a, double b);  // ln(e^a + e^b), never below kLogZero

// Evidence against: an e-process for each effect, from the start and from late starts.
struct AgainstProcess {
  AgainstProcess() { late.fill(kLogZero); }
  std::array<double, kAgainstEffects.size()> from_start{};
  std::array<double, kAgainstEffects.size()> late;
  bool operator==(const AgainstProcess&) const = default;
};
struct AgainstOptions {
  double cap = 1e6;             // the most one interval may add
  double dispersion = 1;        // φ ≥ 1: log e-values are divided by it (Jensen keeps validity)
  double late_mass = kLogZero;  // ln of the mass that starts with this interval; kLogZero: none
};
void multiply(AgainstProcess& process, const PairCounts& counts, const Margin& margin,
              const AgainstOptions& options);
double log_value(const AgainstProcess& process);  // ln of the mixture

// Evidence for: not worse than a margin whose `plus` may be chosen when it is read.
struct ForProcess {
  std::array<double, kForEffects.size()> data{};
  std::array<double, kForEffects.size()> slack{};
  bool operator==(const ForProcess&) const = default;
};
void multiply(ForProcess& process, const PairCounts& counts, double theta, double dispersion);
double log_value(const ForProcess& process, double plus);

// The candidate alone against a known greatest rate: events ~ at most `rate` × requests.
struct FullLoadProcess {
  std::array<double, kFullLoadEffects.size()> logs{};
  bool operator==(const FullLoadProcess&) const = default;
};
void multiply(FullLoadProcess& process, double events, double requests, double rate, double cap);
double log_value(const FullLoadProcess& process);

}  // namespace freshet
