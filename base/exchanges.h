// Many HTTP exchanges in flight at once, whose answers come one by one as they end.
// Implementations: libcurl (controller/net/curl_exchanges.h), over any HttpTransport in process
// (controller/net/local_exchanges.h).
#pragma once

#include <cstdint>
#include <vector>

#include "base/http.h"

namespace freshet {

struct EndedExchange {
  std::uint64_t id = 0;  // as given to start
  Result<HttpResponse> reply;
};

// The bounds, errors and promises of HttpTransport::send. One thread starts and waits.
class HttpExchanges {
 public:
  virtual ~HttpExchanges() = default;

  // Begins an exchange; its end comes out of wait, also when it cannot even begin. `id` must be
  // unique among those in flight.
  virtual void start(std::uint64_t id, HttpRequest request) = 0;

  // Drives what is in flight until something ends, wake is called, or `at_most` is over; whatever
  // has ended by then, or nothing.
  virtual std::vector<EndedExchange> wait(Duration at_most) = 0;

  // Ends the present wait, or else the next one. From any thread.
  virtual void wake() = 0;
};

}  // namespace freshet
