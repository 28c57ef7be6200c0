// Noise beyond chance.
#include "analysis/dispersion.h"

#include <algorithm>
#include <cmath>

namespace freshet {
namespace {

constexpr double kPrior = 8;         // blocks without noise that are taken as seen
constexpr double kDeviations = 1.5;  // of a mean of dispersions, 2/blocks each: chance
constexpr double kCautiousPrior = 8;
constexpr double kCautiousNoise = 8;
constexpr double kMostAtOnce = 12;  // one block's dispersion; an outage's edge is not all there is
constexpr double kUnits = 1e3;

double rounded(double value) { return std::round(value * kUnits) / kUnits; }

// Given how many of both together are in the part, chance alone (hypergeometric) makes this 1 in
// the mean. A single one in the part, or outside it, tells nothing: its weight is 0.
struct Seen {
  double dispersion = 0;
  double spread = 0;
  double weight = 0;
};
Seen compare(const ShareCounts& a, const ShareCounts& b) {
  const double whole = a.whole + b.whole;
  const double part = a.part + b.part;
  const double rarer = std::min(part, whole - part);
  if (a.whole <= 0 || b.whole <= 0 || rarer < 1 || whole < 2) return {};
  const double share = part / whole;
  const double distance = a.part / a.whole - b.part / b.whole;
  const double chance = share * (1 - share) * (1 / a.whole + 1 / b.whole) * whole / (whole - 1);
  const double relative = distance / std::min(share, 1 - share);
  return {std::min(distance * distance / chance, kMostAtOnce), relative * relative,
          (rarer - 1) / rarer};
}

void learn(ShareNoise& noise) {
  const Seen seen = compare(noise.block, noise.reference);
  noise.sum = rounded(noise.sum + seen.weight * seen.dispersion);
  noise.spread = rounded(noise.spread + seen.weight * seen.spread);
  noise.weight = rounded(noise.weight + seen.weight);
}

}  // namespace

void add(ShareNoise& noise, double part, double whole) {
  noise.block.part += part;
  noise.block.whole += whole;
}

void close_against_last(ShareNoise& noise) {
  learn(noise);
  if (noise.block.whole > 0) noise.reference = noise.block;
  noise.block = {};
}

void close_against_all(ShareNoise& noise) {
  learn(noise);
  noise.reference.part += noise.block.part;
  noise.reference.whole += noise.block.whole;
  noise.block = {};
}

void forget_reference(ShareNoise& noise) {
  noise.block = {};
  noise.reference = {};
}

double dispersion(const ShareNoise& noise) { return dispersion(noise, {}); }

double dispersion(const ShareNoise& one, const ShareNoise& other) {
  const double weight = kPrior + one.weight + other.weight;
  const double seen = (kPrior + one.sum + other.sum) / weight;
  const double by_chance = 1 + kDeviations * std::sqrt(2 / weight);
  return seen > by_chance ? seen : 1;
}

double cautious_dispersion(const ShareNoise& noise) {
  const double seen = kCautiousPrior * kCautiousNoise + noise.sum;
  return std::max(1.0, seen / (kCautiousPrior + noise.weight));
}

double relative_spread(const ShareNoise& noise) {
  return noise.weight > 0 ? std::sqrt(noise.spread / noise.weight) : 0;
}

}  // namespace freshet
