// What every test here is made of: products of e-values over intervals, mixed over effects and late
// starts (analysis/README.md). Sources: Ville's inequality; the mixture over start times as in
// Shin, Ramdas & Rinaldo's e-detectors.
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace freshet {

// The logarithm of nothing: finite, so that no infinity ever gets into stored evidence.
inline constexpr double kLogZero = -1e6;
// Evidence never falls below this, and so a good past is not held up against the present for ever.
// It costs e^-60 of error chance an interval.
inline constexpr double kLogFloor = -60;
// Share of the evidence that looks from the start; the rest waits for a late onset.
inline constexpr double kFromStart = 0.75;
// Stored logarithms are multiples of 1/kLogUnits, so that their JSON text is short and reads back
// exactly. They are rounded down: rounding never adds evidence.
inline constexpr double kLogUnits = 1e4;

double log_add(double a, double b);             // ln(e^a + e^b), never below kLogZero
double log_mean(std::span<const double> logs);  // ln of the mean of e^logs; at least one
double log_mean(std::span<const double> logs, std::span<const double> weights);  // weighted
double round_down(double log_e);  // to a multiple of 1/kLogUnits, within bounds

// One e-process for each of N effects, from the start and from late starts.
template <std::size_t N>
struct Mixture {
  Mixture() { late.fill(kLogZero); }
  std::array<double, N> from_start{};
  std::array<double, N> late;
  bool operator==(const Mixture&) const = default;
};

struct FoldOptions {
  double cap = 1e6;             // the most one interval may add
  double dispersion = 1;        // φ ≥ 1: log e-values are divided by it (Jensen keeps validity)
  double late_mass = kLogZero;  // ln of the mass that starts with this interval; kLogZero: none
};
// One interval's log e-value at each effect.
void fold(std::span<double> from_start, std::span<double> late, std::span<const double> log_e,
          const FoldOptions& options);
template <std::size_t N>
void fold(Mixture<N>& process, const std::array<double, N>& log_e, const FoldOptions& options) {
  fold(process.from_start, process.late, log_e, options);
}

double log_value(std::span<const double> from_start, std::span<const double> late);
template <std::size_t N>
double log_value(const Mixture<N>& process) {  // ln of the mixture
  return log_value(process.from_start, process.late);
}

}  // namespace freshet
