// Noise beyond chance: by how much more a share moves from minute to minute than random routing
// lets it. What is judged next is tempered by it (eprocess.h); learned from past minutes alone.
#pragma once

#include "base/time.h"

namespace freshet {

inline constexpr Duration kNoiseBlock = minutes(1);

// A share of something counted: canary requests of all, canary errors of all.
struct ShareCounts {
  double part = 0;
  double whole = 0;
  bool operator==(const ShareCounts&) const = default;
};

// Pearson's dispersion of a share, from how far each block lies from a reference.
struct ShareNoise {
  ShareCounts block;      // being filled
  ShareCounts reference;  // what the next block is compared with
  double sum = 0;         // of weighted dispersions
  double spread = 0;      // of weighted squared distances, as parts of the lesser share
  double weight = 0;
  bool operator==(const ShareNoise&) const = default;
};

void add(ShareNoise& noise, double part, double whole);
// A block is full: compare it with the one before. A lasting change counts once.
void close_against_last(ShareNoise& noise);
// A block is full: compare it with all since the step began, so that slow wandering shows as well.
void close_against_all(ShareNoise& noise);
// Another percent: the share that was is no reference any more, what was learned of noise stays.
void forget_reference(ShareNoise& noise);

// The mean of what was seen, drawn to 1 while that is little; 1 where chance alone may have made
// it.
double dispersion(const ShareNoise& noise);
// The same of two shares whose noise is of one kind.
double dispersion(const ShareNoise& one, const ShareNoise& other);
// Drawn to much noise while little was seen: for what must not be held against anyone before it is
// known.
double cautious_dispersion(const ShareNoise& noise);
// By what part of itself the share (or what is left, where that is less) moves from block to block.
double relative_spread(const ShareNoise& noise);

}  // namespace freshet
