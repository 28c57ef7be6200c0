// HttpTransport in process: a function answers. For the sandbox and for tests.
#pragma once

#include <functional>

#include "base/http.h"

namespace freshet {

// Keeps the bounds of the real one: bodies, headers, addresses that parse. The function decides
// about threads: calls come from whichever thread sends.
class LocalTransport final : public HttpTransport {
 public:
  using Answer = std::function<Result<HttpResponse>(const HttpRequest& request)>;

  // A stream's body is handed on in pieces of at most `chunk_bytes`.
  explicit LocalTransport(Answer answer, std::size_t chunk_bytes = 4096);

  Result<HttpResponse> send(const HttpRequest& request) override;
  Result<HttpResponse> stream(const HttpRequest& request, const OnBytes& on_bytes) override;

 private:
  Answer answer_;
  std::size_t chunk_bytes_;
};

}  // namespace freshet
