// A Prometheus that the user named, ready to be asked.
#pragma once

#include <memory>
#include <string>

#include "controller/cli/context.h"
#include "controller/runtime/metrics_source.h"
#include "controller/runtime/options.h"

namespace freshet {

// The parts of it, put together so that none outlives another.
struct PrometheusAccess {
  ControllerOptions options;
  std::unique_ptr<HttpTransport> transport;
  std::unique_ptr<MetricsSource> source;
};

// `url` as the controller's --prometheus takes it. Sends nothing.
Result<std::unique_ptr<PrometheusAccess>> prometheus_at(Context& context, std::string url);

}  // namespace freshet
