// The HTTP API of people and programs: reads as the command line shows them, commands as it gives
// them, for whom the cluster says may. Any replica serves it: what is written is an annotation.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/http.h"
#include "controller/api/callers.h"
#include "controller/api/changes.h"
#include "controller/api/events.h"
#include "controller/api/listeners.h"
#include "controller/api/routes.h"
#include "controller/kube/client.h"
#include "controller/runtime/log.h"

namespace freshet::api {

struct ApiOptions {
  std::vector<std::string> audiences;  // of callers' tokens; none: the API server's own
  Secret order_key;                    // model/order_proof.h
  std::function<std::uint64_t()> chance;
};

struct ApiAnswer {
  HttpResponse response;
  Stream stream = {};  // its body goes on with what this gives
};

// Thread-safe, if what it is given is.
class Api {
 public:
  // `kube` must be one that writes whether this replica acts or not.
  Api(KubeClient& kube, const Clock& clock, Log log, ApiOptions options);

  ApiAnswer answer(const HttpRequest& request);  // `url` is the target
  // What listeners are told comes from here.
  Changes& changes() { return changes_; }
  void recheck() { listeners_.recheck(); }  // Listeners

 private:
  ApiAnswer serve(const Asked& asked, const HttpRequest& request, const Caller& caller);
  ApiAnswer listen(const ServiceKey& scope, const HttpRequest& request, const Caller& caller);
  HttpResponse list(const std::string& name_space);
  HttpResponse get(const ServiceKey& key, bool history);
  HttpResponse command(const ServiceKey& key, const std::string& verb, const HttpRequest& request,
                       const Caller& caller);
  HttpResponse command_answer(const ServiceKey& key, const std::string& id);

  KubeClient& kube_;
  const Log log_;
  const ApiOptions options_;
  Callers callers_;
  std::mutex listing_;  // a fleet takes memory: one at a time is read
  Events events_;
  Changes changes_{events_};
  Listeners listeners_;
};

}  // namespace freshet::api
