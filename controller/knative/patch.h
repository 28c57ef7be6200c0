// Patch: a decided write as the JSON Patch (RFC 6902) that the API gets.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "controller/model/observation.h"
#include "controller/model/transition.h"

namespace freshet {

// The last look before the wire: refuses (kRefused) traffic that does not sum to 100, that gives
// requests to latestRevision while a core is written, that has a tag twice, or that names nothing;
// and a change of images of containers that are not there.
Status check_write(const ServiceView& view, const ServiceWrite& write);

// A key as part of a JSON pointer (RFC 6901).
std::string escaped(std::string_view key);

// Begins with a replace of /metadata/resourceVersion by the one that was read: a stale one is
// answered 409, while a failed "test" would be a 422 that could mean anything.
Json service_patch(const ServiceView& view, const ServiceWrite& write);

}  // namespace freshet
