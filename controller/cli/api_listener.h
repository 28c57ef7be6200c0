// The API of the controller: its flags, and the server that listens while it runs.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "controller/api/api.h"
#include "controller/runtime/controller.h"
#include "controller/runtime/metrics.h"
#include "controller/server/http_server.h"

namespace CLI {
class App;
}

namespace freshet {

struct ApiFlags {
  std::string address;  // "": nothing listens
  std::string key_file;
  std::vector<std::string> audiences;
};
void add_api_flags(CLI::App& command, ApiFlags& flags);

// The key of --api-key; empty without. kBadInput: an API without a key, or a key that is too short.
Result<Secret> api_key(const ApiFlags& flags);

class ApiListener {
 public:
  // Listens if there is an address. `kube` must be one that writes whether this replica acts or
  // not; the controller does not run yet. All must outlive it.
  static Result<std::unique_ptr<ApiListener>> start(const ApiFlags& flags, Secret key,
                                                    KubeClient& kube, Controller& controller,
                                                    const Clock& clock, Metrics& metrics,
                                                    const Log& log);
  const std::string& address() const { return address_; }  // as it listens; "": not

 private:
  std::string address_;
  std::unique_ptr<api::Api> api_;
  std::jthread rechecking_;
  std::unique_ptr<HttpServer> server_;  // ends first
};

}  // namespace freshet
