// One service for programs. Pure.
#pragma once

#include "base/json.h"
#include "controller/show/detail.h"

namespace freshet {

// status, and beside it namespace, name, service, plan, traffic and next.
Json service_json(const ServiceDetail& detail);
Json history_json(const ServiceDetail& detail);  // {namespace, name, history: as in status}

}  // namespace freshet
