// Objects and statuses as Knative's controllers write them.
#pragma once

#include <string>

#include "base/json.h"
#include "controller/sandbox/knative_state.h"

namespace freshet::sandbox {

inline constexpr const char* kServiceLabel = "serving.knative.dev/service";
inline constexpr const char* kConfigurationLabel = "serving.knative.dev/configuration";
inline constexpr const char* kGenerationLabel = "serving.knative.dev/configurationGeneration";
inline constexpr const char* kRevisionLabel = "serving.knative.dev/revision";
inline constexpr const char* kRoutingStateLabel = "serving.knative.dev/routingState";
inline constexpr const char* kRoutesAnnotation = "serving.knative.dev/routes";

// What a Service owns: without uid and version.
Json configuration_object(const Json& service);
Json route_object(const Json& service);
Json service_status(const Json& service, const ServiceState& state);
// A new Revision of this Configuration's template; without uid and version.
Json revision_object(const Json& configuration, const std::string& name);
Json revision_status(const RevisionState& state);

// Pod number `index` of a Revision; without uid and version.
Json pod_object(const Json& revision, int index);
std::string pod_name(const std::string& revision, int index);
Json pod_status(const Json& pod, const RevisionState& state, TimePoint now);

// "freshet-checkout.shop.example.com"
std::string tag_host(const std::string& tag, const ServiceKey& service);

}  // namespace freshet::sandbox
