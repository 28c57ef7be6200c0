// freshet pause --all, resume --all: the ClusterRolloutPolicy named `stop`, which the cluster's own
// access control guards.
#pragma once

#include <string>

#include "controller/cli/context.h"

namespace freshet {

inline constexpr const char* kStopPolicy = "stop";

// `until`: a time or a duration, "" until it is taken back. With it the policy is a freeze, which
// ends by itself.
int stop_all(Context& context, ClusterConnection& cluster, const std::string& reason,
             const std::string& until);
int resume_all(Context& context, ClusterConnection& cluster);

}  // namespace freshet
