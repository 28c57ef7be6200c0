// What one write of a Service by a replica does to its rollout, for the checks.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>

#include "tests/simulate/invariants.h"

namespace freshet::simulate {

// Dates have whole seconds; kClockTolerance of ours.
inline constexpr Duration kClockSlack = seconds(4);

const Rollout* rollout_of(const std::optional<Core>& core);
bool is_retreat(const std::optional<Core>& core);

// The rollout whose candidate gets a larger share by this write, and from where to where.
struct Raise {
  const Rollout* rollout = nullptr;
  int from = 0;
  int to = 0;
};
std::optional<Raise> raise_of(const ServiceWritten& write);
// A command of one of these verbs was carried out by it.
bool on_a_persons_word(const ServiceWritten& write, std::initializer_list<const char*> verbs);
// A person gave it all by hand: what is adopted as found is no raise of ours.
bool had_as_much(const ServiceWritten& write, const Raise& raise);
// Stable does not exist any more, and users have the candidate alone: it is adopted as found.
bool nothing_else_is_left(const Invariants& world, const ServiceWritten& write, const Raise& raise);

// Checks of one write that have files of their own: what is wrong, or "".
std::string s5_evidence(const Invariants& world, const ServiceWritten& write);
std::string s13_gates(const Invariants& world, const ServiceWritten& write);
std::string s14_policies(const Invariants& world, const ServiceWritten& write);
std::string s15_places(const Invariants& world, const ServiceWritten& write);
std::string s16_waves(const Invariants& world, const ServiceWritten& write);
std::string s17_approval(const Invariants& world, const ServiceWritten& write);
std::string s18_adoption(const Invariants& world, const ServiceWritten& write);

}  // namespace freshet::simulate
