// Which Prometheus, or server that answers like it, and as whom: flags of every command that asks.
#pragma once

#include <memory>

#include "controller/cli/context.h"
#include "controller/runtime/metrics_source.h"
#include "controller/runtime/options.h"
#include "controller/runtime/prometheus_access.h"

namespace CLI {
class App;
}  // namespace CLI

namespace freshet {

void add_prometheus_flags(CLI::App& command, PrometheusAccess& access);

// `access` as checked() gave it. Files are read now, and again for every request.
Result<std::unique_ptr<HttpTransport>> connect_prometheus(Context& context,
                                                          PrometheusAccess access);

// The same, ready to be asked; its parts outlive one another as they must.
struct PrometheusSource {
  ControllerOptions options;
  std::unique_ptr<HttpTransport> transport;
  std::unique_ptr<MetricsSource> source;
};
Result<std::unique_ptr<PrometheusSource>> prometheus_source(Context& context,
                                                            PrometheusAccess access);

}  // namespace freshet
