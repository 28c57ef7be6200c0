// Knative's webhooks for Services and Revisions: what they fill in, and what they refuse.
#pragma once

#include "base/json.h"
#include "controller/sandbox/refusal.h"

namespace freshet::sandbox {

// `old` is null for a creation. Sources: apis/serving/v1 *_defaults.go and *_validation.go.
Allowed<void> admit_service(const Json& old, Json& service, const std::string& user);
// A Revision's spec never changes; labels and annotations may.
Allowed<void> admit_revision(const Json& old, const Json& revision);

// Defaults of a template's spec; doing it twice changes nothing.
void default_template(Json& tmpl);

}  // namespace freshet::sandbox
