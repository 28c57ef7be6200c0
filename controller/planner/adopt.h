// Adoption: which Revision is stable is taken from what serves, never guessed.
#pragma once

#include <string>

#include "controller/planner/pass.h"

namespace freshet::planning {

// What stands against it; nullopt: nothing.
std::optional<Explanation> adoption_problem(const Pass& pass);
// Checks what is found; pins it by name when every check passes, else says which one does not.
Transition adopt_as_found(const Pass& pass);

// A person's word for one Revision: pins that one. The sentence of the refusal where it cannot be.
struct AdoptAnswer {
  std::string refusal;  // "" where `transition` is the answer
  std::optional<Transition> transition;
};
AdoptAnswer adopt_named(const Pass& pass, const RevisionName& name, const std::string& by);

// Stable was deleted (by hand, or by Knative while a person's split gave it nothing) and another
// Revision has all requests: there is nothing to go back to, and no newer image could ever come.
Decision adopt_what_is_left(const Pass& pass);

// The one Revision that has all requests, as programmed; null where there is none such.
const RevisionView* one_that_serves(const Pass& pass);

}  // namespace freshet::planning
