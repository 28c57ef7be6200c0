// HttpExchanges over an HttpTransport that answers at once: for the sandbox and for tests.
#pragma once

#include <utility>
#include <vector>

#include "base/exchanges.h"

namespace freshet {

// Each exchange is sent within wait, in the order of starts; wait never blocks.
class LocalExchanges final : public HttpExchanges {
 public:
  explicit LocalExchanges(HttpTransport& transport) : transport_(transport) {}

  void start(std::uint64_t id, HttpRequest request) override {
    started_.emplace_back(id, std::move(request));
  }
  std::vector<EndedExchange> wait(Duration) override {
    std::vector<EndedExchange> ended;
    for (const auto& [id, request] : std::exchange(started_, {})) {
      ended.push_back({id, transport_.send(request)});
    }
    return ended;
  }
  void wake() override {}  // nothing to end: wait does not block

 private:
  HttpTransport& transport_;
  std::vector<std::pair<std::uint64_t, HttpRequest>> started_;
};

}  // namespace freshet
