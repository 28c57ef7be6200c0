// Lists and watches of the simulated API.
#pragma once

#include "base/http.h"
#include "controller/sandbox/kinds.h"
#include "controller/sandbox/store.h"

namespace freshet::sandbox {

inline constexpr std::size_t kMaxPageItems = 10000;  // where no limit is asked for

// A list, in pages where `limit` asks for them, or with `watch` everything that has happened since
// `resourceVersion`: a watch answers at once and ends, as one whose timeout has passed. A version
// that is compacted away gives an ERROR event 410 in the stream, as a real server does.
HttpResponse read_collection(const Store& store, const ApiTarget& target);

}  // namespace freshet::sandbox
