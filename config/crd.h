// The CustomResourceDefinitions, generated from the description of the fields.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace freshet {

// apiextensions.k8s.io/v1, structural. It has no defaults: what a user did not write stays absent,
// so that a new default of the controller reaches everyone who never chose.
Json crd();
Json status_schema();                    // of TrackedService, as OpenAPI has it
Json policy_crd(std::string_view kind);  // of RolloutPolicy or ClusterRolloutPolicy
Json approval_crd();
std::vector<Json> crds();  // all of them
std::string crd_yaml();    // as deploy/crd.yaml has them

}  // namespace freshet
