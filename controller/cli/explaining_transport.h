// A transport that keeps what each of its exchanges came to, for `--explain`.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/http.h"
#include "controller/registry/explain.h"

namespace freshet {

class ExplainingTransport final : public HttpTransport {
 public:
  // `exchanges` and `clock` outlive it.
  ExplainingTransport(std::unique_ptr<HttpTransport> inner, const Clock& clock,
                      std::vector<ExplainedExchange>& exchanges)
      : inner_(std::move(inner)), clock_(clock), exchanges_(exchanges) {}

  Result<HttpResponse> send(const HttpRequest& request) override {
    const Duration before = clock_.monotonic();
    auto reply = inner_->send(request);
    exchanges_.push_back(explain(request, reply, clock_.monotonic() - before, clock_.now()));
    return reply;
  }
  Result<HttpResponse> stream(const HttpRequest& request, const OnBytes& on_bytes) override {
    return inner_->stream(request, on_bytes);
  }

 private:
  std::unique_ptr<HttpTransport> inner_;
  const Clock& clock_;
  std::vector<ExplainedExchange>& exchanges_;
};

}  // namespace freshet
