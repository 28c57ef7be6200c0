// The CustomResourceDefinition, generated from the description of the fields.
#pragma once

#include <string>

#include "base/json.h"

namespace freshet {

// apiextensions.k8s.io/v1, structural. It has no defaults: what a user did not write stays absent,
// so that a new default of the controller reaches everyone who never chose.
Json crd();
std::string crd_yaml();  // the same as deploy/crd.yaml has it

}  // namespace freshet
