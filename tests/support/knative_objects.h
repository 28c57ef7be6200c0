// Knative objects as tests write them.
#pragma once

#include <string>

#include "base/json.h"

namespace freshet {

// A Service of one container called app; `image` as written.
Json knative_service(const std::string& name_space, const std::string& name,
                     const std::string& image);

// {"revisionName": …, "percent": …, "tag": …}; no name means latestRevision.
Json target(const std::string& revision, int percent, const std::string& tag = "");

}  // namespace freshet
