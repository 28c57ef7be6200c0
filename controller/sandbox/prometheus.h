// A Prometheus that has scraped the users' pods and the activator: /api/v1/query over their series.
// Source: Prometheus HTTP API v1; increase() extrapolates as promql/functions.go does.
#pragma once

#include <string>

#include "base/http.h"
#include "controller/sandbox/exposure.h"
#include "controller/sandbox/promql.h"
#include "controller/sandbox/users.h"

namespace freshet::sandbox {

inline constexpr Duration kLookback = minutes(5);  // how old the newest sample may be

HttpResponse prometheus_answer(Users& users, const Exposures& exposures, const HttpRequest& request,
                               const std::string& target, TimePoint now);

}  // namespace freshet::sandbox
