// Templates: what of one makes a candidate, apart from its images.
#pragma once

#include <string>

#include "base/json.h"

namespace freshet {

// "t:" and 12 hex digits of SHA-256 over canonical JSON of `tmpl` (a Service's spec.template)
// without images, our own annotation and metadata.name. Empty maps, lists and nulls count as
// absent, so that a Service's template and the one put together from its Revision agree.
std::string template_hash(const Json& tmpl);

// The template that a Revision was made from, as it can be put back into a Service: labels and
// annotations less Knative's own bookkeeping.
std::string revision_template_text(const Json& revision);
std::string revision_template_hash(const Json& revision);

}  // namespace freshet
