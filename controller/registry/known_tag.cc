// Followers of one tag, joined.
#include "controller/registry/known_tag.h"

namespace freshet {

KnownTag known_to_both(KnownTag one, const KnownTag& other) {
  const bool same =
      one.confirmed && other.confirmed && one.confirmed->digest == other.confirmed->digest;
  if (!same) one.confirmed.reset();
  if (one.moves.size() < other.moves.size()) one.moves = other.moves;
  return one;
}

}  // namespace freshet
