// The small server for probes and metrics: /healthz, /readyz, /metrics. It has threads of its own
// and shares nothing with the API that people use; clients that are slow keep nobody waiting.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "controller/server/http_server.h"

namespace freshet {

inline constexpr ServerBounds kProbeBounds{};

struct ProbeHandlers {
  std::function<bool()> healthy;         // false: 503
  std::function<std::string()> unready;  // "" when ready, else the reason (503)
  std::function<std::string()> metrics;  // Prometheus' text format
  std::function<std::string()> role = [] { return std::string("ok"); };  // what a ready one says
};

class ProbeServer {
 public:
  virtual ~ProbeServer() = default;  // stops the server and joins its thread
  virtual int port() const = 0;
};

// `address` is host:port; port 0 takes a free one. The handlers are called from server threads; all
// but `metrics` from the one that moves bytes: they must return at once.
Result<std::unique_ptr<ProbeServer>> start_probe_server(const std::string& address,
                                                        const Clock& clock,
                                                        const ProbeHandlers& handlers);

}  // namespace freshet
