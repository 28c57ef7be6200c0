// Rest: where a Service stands when nothing more happens.
#pragma once

#include <map>
#include <string>

#include "tests/simulate/invariants.h"

namespace freshet::simulate {

struct Scene {
  sandbox::World& world;  // read as an administrator
  const People& people;
  const Invariants& invariants;
};

// Why it has not come to rest, "is still Shifting", or "". `needs_newest`: with the newest build.
std::string unsettled(const Scene& scene, int service, bool needs_newest);
// What a controller that nothing has disturbed for a while should have done long ago, or "".
std::string overdue(const Scene& scene, int service);
inline constexpr Duration kPrompt = minutes(4);
// That most requests are lost is held against a candidate once routing has shown to be random.
inline constexpr Duration kPromptOfHangs = minutes(10);
using ServedThen = std::map<std::string, sandbox::Served>;  // by Revision
// What users meet that they should have been spared long ago, where nothing has disturbed anything
// for a while: the controller, Knative, Prometheus, or the traffic; or "". `then`: what had been
// served of the Service when this was asked before, if it was bad then; kept for the next time.
std::string unspared(const Scene& scene, int service, ServedThen& then);

// Phase, builds and shares, without names that chance gives: two runs compare by it.
std::string end_of(const Scene& scene, int service);

}  // namespace freshet::simulate
