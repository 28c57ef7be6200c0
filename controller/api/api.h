// The HTTP API of people and programs: reads as the command line shows them, commands as it gives
// them, for whom the cluster says may. Any replica serves it: what is written is an annotation.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/http.h"
#include "controller/api/callers.h"
#include "controller/api/routes.h"
#include "controller/kube/client.h"
#include "controller/runtime/log.h"

namespace freshet::api {

struct ApiOptions {
  std::vector<std::string> audiences;  // of callers' tokens; none: the API server's own
  Secret order_key;                    // model/order_proof.h
  std::function<std::uint64_t()> chance;
};

// Thread-safe, if what it is given is.
class Api {
 public:
  // `kube` must be one that writes whether this replica acts or not.
  Api(KubeClient& kube, const Clock& clock, Log log, ApiOptions options);

  HttpResponse answer(const HttpRequest& request);  // `url` is the target

 private:
  HttpResponse serve(const Asked& asked, const HttpRequest& request, const Caller& caller);
  HttpResponse list(const std::string& name_space);
  HttpResponse get(const ServiceKey& key, bool history);
  HttpResponse command(const ServiceKey& key, const std::string& verb, const HttpRequest& request,
                       const Caller& caller);
  HttpResponse command_answer(const ServiceKey& key, const std::string& id);

  KubeClient& kube_;
  const Clock& clock_;
  const Log log_;
  const ApiOptions options_;
  Callers callers_;
  std::mutex listing_;  // a fleet takes memory: one at a time is read
};

}  // namespace freshet::api
