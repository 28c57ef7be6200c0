// Webhooks of the controller: their two flags, and receivers that listen while it runs.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/http.h"
#include "controller/net/egress_proxy.h"
#include "controller/runtime/controller.h"
#include "controller/runtime/webhooks.h"
#include "controller/server/webhook_server.h"

namespace CLI {
class App;
}

namespace freshet {

struct WebhookFlags {
  std::string receivers;  // a file; "": no webhooks
  std::string address;    // "": the usual one
};
void add_webhook_flags(CLI::App& command, WebhookFlags& flags);

// The receivers that the flags name; none without a file. kBadInput: all that is wrong with it.
Result<std::vector<WebhookReceiver>> webhook_receivers(const WebhookFlags& flags);

class WebhookListener {
 public:
  // Listens if there are receivers; kBadInput where one of them has no secret. `acts`: not a
  // standby. All must outlive it.
  static Result<std::unique_ptr<WebhookListener>> start(const WebhookFlags& flags,
                                                        std::vector<WebhookReceiver> receivers,
                                                        const Clock& clock, Controller& controller,
                                                        Metrics& metrics, const Log& log,
                                                        std::function<bool()> acts,
                                                        const EgressProxy& egress = {});
  const std::string& address() const { return address_; }  // as it listens; "": not

 private:
  std::string address_;
  std::unique_ptr<HttpTransport> transport_;  // to issuers of ID tokens
  std::unique_ptr<Webhooks> webhooks_;
  std::unique_ptr<WebhookServer> server_;  // ends first
};

}  // namespace freshet
