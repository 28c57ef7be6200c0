// A Prometheus that has scraped the users' pods: /api/v1/query over their series.
// Source: Prometheus HTTP API v1; increase() extrapolates as promql/functions.go does.
#pragma once

#include <string>

#include "base/http.h"
#include "controller/sandbox/promql.h"
#include "controller/sandbox/users.h"

namespace freshet::sandbox {

// The metric that pods have: Knative's outer histogram, with the labels that a push and promoted
// resource attributes give, and those of a scrape beside them.
inline constexpr std::string_view kMetric = "http_server_request_duration_seconds";
inline constexpr Duration kLookback = minutes(5);  // how old the newest sample may be

HttpResponse prometheus_answer(Users& users, const HttpRequest& request, const std::string& target,
                               TimePoint now);

}  // namespace freshet::sandbox
