// The server for webhooks. It shares no thread with probes or anything else: whoever may reach it
// can at most make webhooks late.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/http.h"
#include "base/result.h"

namespace freshet {

inline constexpr std::size_t kMaxWebhooksWaiting = 64;    // connections; more are not accepted yet
inline constexpr Duration kWebhookDeadline = seconds(3);  // for a whole request and its answer

struct WebhookHandlers {
  // One POST with its whole body, at most `max_body`: the status to answer with, and nothing else.
  std::function<int(const std::string& path, HttpHeaders headers, std::string body)> receive;
  // A request that was refused before: "oversize", "slow", "encoded", "failed".
  std::function<void(const std::string& why)> refused;
  std::size_t max_body = 0;  // bytes
};

class WebhookServer {
 public:
  virtual ~WebhookServer() = default;  // stops the server and joins its threads
  virtual int port() const = 0;
};

// `address` is host:port; port 0 takes a free one. The handlers are called from server threads.
Result<std::unique_ptr<WebhookServer>> start_webhook_server(const std::string& address,
                                                            const Clock& clock,
                                                            WebhookHandlers handlers);

}  // namespace freshet
