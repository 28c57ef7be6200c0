// TagWatch with all that it needs, on virtual time; a test says what registries answer.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "controller/net/local_transport.h"
#include "controller/runtime/tags.h"
#include "tests/support/delayed_exchanges.h"

namespace freshet {

inline const TimePoint kWatchStart = from_unix_seconds(1'790'000'000);

class TagWatchBed : public ::testing::Test {
 protected:
  virtual DelayedExchanges::Answer answer(const HttpRequest& request) = 0;

  // As the runtime does: credentials are read beside the checks.
  std::vector<ServiceKey> check(Duration at_most) {
    while (credentials_.read_one()) {
    }
    return tags_.check(at_most);
  }
  void run_until(TimePoint end) {
    while (clock_.now() < end) check(std::min<Duration>(milliseconds(500), end - clock_.now()));
  }

  ManualClock clock_{kWatchStart};
  DelayedExchanges exchanges_{clock_,
                              [this](const HttpRequest& request) { return answer(request); }};
  LocalTransport cluster_{[](const HttpRequest&) -> Result<HttpResponse> {
    return HttpResponse{404, {}, "{}"};
  }};
  TokenSource tokens_{Secret("t")};
  KubeClient kube_{cluster_, tokens_, clock_, KubeClientOptions{.server = "https://kube"}};
  Credentials credentials_{{kube_, nullptr, nullptr}, clock_};
  Metrics metrics_;
  TagWatch tags_{ControllerOptions{}, exchanges_, credentials_, metrics_, clock_};
};

}  // namespace freshet
