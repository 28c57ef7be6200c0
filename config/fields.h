// The one description of every field of a TrackedService or policy. What reads, checks, prints and
// documents them is made of these; nothing else lists fields.
#pragma once

#include "config/object.h"
#include "config/rollout_policy.h"
#include "config/status.h"
#include "config/tracked_service.h"

namespace freshet::config {

inline constexpr const char* kGroup = "freshet.dev";
inline constexpr const char* kVersion = "v1alpha1";
inline constexpr const char* kApiVersion = "freshet.dev/v1alpha1";
inline constexpr const char* kKind = "TrackedService";
inline constexpr const char* kPlural = "trackedservices";

const Type<TrackedServiceSpec>& spec_type();
const Type<TrackedServiceStatus>& status_type();
Type<std::vector<ImageSpec>> images_type();   // a part of the spec
Type<AnalysisSpec> analysis_type();           // a part of the spec
Type<std::vector<GateSpec>> gates_type();     // a part of the spec
const Type<TrackedService>& metadata_type();  // what of metadata the controller looks at

// Of both kinds of policies.
const Type<RolloutPolicySpec>& policy_spec_type();
const Type<RolloutPolicyStatus>& policy_status_type();
const Type<RolloutApprovalSpec>& approval_spec_type();
const Type<RolloutPolicy>& policy_metadata_type();

}  // namespace freshet::config
