// One round of queries for all workers, whoever looks first.
#include "controller/runtime/shared_counts.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <atomic>
#include <thread>

#include "base/clock.h"
#include "controller/net/local_transport.h"

namespace freshet {
namespace {

constexpr int kCanaries = 40;
constexpr Duration kTick = seconds(10);
const TimePoint kStart{hours(500'000)};

CountsWish wish_of(int i, TimePoint now) {
  const std::string name = fmt::format("s{}", i);
  return {name,
          find_dialect("pod labels"),
          {{"shop", name}},
          now - seconds(45),
          {"freshet", ""},
          std::vector<double>{}};
}

// Every canary has one pod with one request; `status` is what the server answers with.
class Shared : public ::testing::Test {
 protected:
  static std::string body() {
    std::string series;
    for (int i = 0; i < kCanaries; ++i) {
      series += fmt::format(R"({}{{"metric":{{"namespace":"shop","pod":"p{}","le":"+Inf",)"
                            R"("serving_knative_dev_revision":"s{}","kn_revision_name":"s{}",)"
                            R"("k8s_namespace_name":"shop"}},"values":[[{},"1"]]}})",
                            i == 0 ? "" : ",", i, i, i, to_unix_seconds(kStart));
    }
    return R"({"status":"success","data":{"resultType":"matrix","result":[)" + series + "]}}";
  }

  std::atomic<int> queries_ = 0;
  std::atomic<int> at_once_ = 0;
  std::atomic<int> most_at_once_ = 0;
  std::atomic<int> status_ = 200;
  LocalTransport transport_{[this](const HttpRequest&) -> Result<HttpResponse> {
    ++queries_;
    most_at_once_ = std::max(most_at_once_.load(), ++at_once_);
    sleep_for(milliseconds(2));
    --at_once_;
    return HttpResponse{status_, {}, status_ == 200 ? body() : ""};
  }};
  ControllerOptions options_ = [] {
    ControllerOptions options;
    options.prometheus_url = "http://prometheus.sandbox";
    return options;
  }();
  MetricsSource source_{options_, transport_};
  SharedCounts counts_{source_, kTick};
};

TEST_F(Shared, ManyWorkersAtOnceGetEachItsOwnFromOneRoundATick) {
  for (int tick = 0; tick < 3; ++tick) {
    const TimePoint now = kStart + tick * kTick;
    if (tick == 0) {
      for (int i = 0; i < kCanaries; ++i) counts_.announce(wish_of(i, now), now);
    }
    queries_ = 0;
    std::vector<std::thread> workers;
    for (int worker = 0; worker < 8; ++worker) {
      workers.emplace_back([this, worker, now] {
        for (int i = worker; i < kCanaries; i += 8) {
          const auto reply = counts_.counts(wish_of(i, now), now);
          ASSERT_TRUE(reply) << reply.error().message;
          ASSERT_EQ(reply->revisions.size(), 1U);
          EXPECT_EQ(reply->revisions.begin()->first.revision, fmt::format("s{}", i));
          EXPECT_EQ(reply->activators.size(), 1U);
        }
      });
    }
    for (std::thread& worker : workers) worker.join();
    EXPECT_EQ(queries_, 2) << "activators and pods, tick " << tick;
    EXPECT_EQ(most_at_once_, 1);
  }
}

TEST_F(Shared, AFailureIsToldToAllWhoAskedAndIsAskedForAgainATickLater) {
  status_ = 503;
  for (int i = 0; i < kCanaries; ++i) counts_.announce(wish_of(i, kStart), kStart);
  for (int i = 0; i < kCanaries; ++i) EXPECT_FALSE(counts_.counts(wish_of(i, kStart), kStart));
  EXPECT_EQ(queries_, 1);
  status_ = 200;
  const TimePoint later = kStart + kTick;
  for (int i = 0; i < kCanaries; ++i) EXPECT_TRUE(counts_.counts(wish_of(i, later), later));
  EXPECT_EQ(queries_, 3);
}

}  // namespace
}  // namespace freshet
