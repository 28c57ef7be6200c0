// freshet judge --record against Debian's Prometheus, which scrapes one pod of each Revision.
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <algorithm>
#include <atomic>
#include <sstream>

#include "analysis/replay.h"
#include "base/clock.h"
#include "controller/cli/cli.h"
#include "tests/real/process.h"
#include "tests/support/loopback_server.h"
#include "tests/support/temporary_folder.h"

namespace freshet {
namespace {

constexpr const char* kScrapeBoth = R"(
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
- job_name: pods
  static_configs:
  - {{targets: ["{0}"], labels: {{__metrics_path__: /checkout-1, instance: "10.0.0.1:9091"}}}}
  - {{targets: ["{0}"], labels: {{__metrics_path__: /checkout-2, instance: "10.0.0.2:9091"}}}}
)";

// A query of a user's own, which Prometheus answers for either Revision.
constexpr const char* kWithCheck = R"(
apiVersion: freshet.dev/v1alpha1
kind: TrackedService
metadata: {name: checkout}
spec:
  analysis:
    checks:
    - name: served
      query: >-
        sum(http_server_request_duration_seconds_bucket{kn_revision_name="{{revision}}",le="+Inf"})
)";

// Each scrape finds 100 more good requests, half of them slow, and 10 failures, which are quick.
HttpResponse pod_page(const std::string& revision, int scrapes) {
  std::string text;
  for (const auto& [code, within, all] : {std::tuple{"200", 50, 100}, {"503", 10, 10}}) {
    for (const auto& [le, count] : {std::pair{"0.1", within}, {"+Inf", all}}) {
      text += fmt::format(
          R"(http_server_request_duration_seconds_bucket{{http_response_status_code="{}",le="{}",)"
          R"(kn_route_tag="kn:disabled",k8s_namespace_name="shop",k8s_pod_name="{}-pod",)"
          R"(kn_revision_name="{}"}} {})"
          "\n",
          code, le, revision, revision, count * scrapes);
    }
  }
  return {200, {{"Content-Type", "text/plain; version=0.0.4"}}, text};
}

TEST(RealRecording, OfAPrometheusHoldsWhatThePodsServedAndCanBeReplayed) {
  std::atomic<int> stable = 0;
  std::atomic<int> canary = 0;
  testing::LoopbackServer pods(testing::answering([&](const HttpRequest& request) {
    const bool of_stable = request.url == "/checkout-1";
    return pod_page(request.url.substr(1), ++(of_stable ? stable : canary));
  }));
  TemporaryFolder folder;
  const std::string host = "127.0.0.1:" + std::to_string(free_loopback_port().value());
  const std::string config = folder.write(
      "prometheus.yml", fmt::format(kScrapeBoth, "127.0.0.1:" + std::to_string(pods.port())));
  auto prometheus =
      Process::start({"prometheus", "--config.file=" + config,
                      "--storage.tsdb.path=" + (folder / "data"), "--web.listen-address=" + host},
                     folder / "prometheus.log");
  ASSERT_TRUE(prometheus) << prometheus.error().message;

  std::ostringstream out;
  std::ostringstream err;
  std::istringstream in;
  Terminal terminal{out, err, in};
  const SystemClock clock;
  Context context = machine_context(terminal, clock);
  context.stop = [&out] { return std::ranges::count(out.str(), '\n') >= 5; };
  const std::string url = "http://" + host;
  const std::string spec = folder.write("checkout.yaml", kWithCheck);
  const std::vector<const char*> words = {
      "freshet", "judge",    "--record",   "-",        "--prometheus", url.c_str(), "-n",
      "shop",    "--stable", "checkout-1", "--canary", "checkout-2",   "--percent", "50",
      "--every", "1s",       "--for",      "60s",      "--spec",       spec.c_str()};
  EXPECT_EQ(run_cli(static_cast<int>(words.size()), words.data(), context), kDone) << err.str();

  const auto report = replay(out.str(), {});
  ASSERT_TRUE(report) << out.str() << err.str();
  ASSERT_GE(report->lines.size(), 5U) << err.str();
  EXPECT_TRUE(report->lines.front().interval.missing) << "says from when on it counts";
  EXPECT_EQ(report->lines[1].interval.checks.count("served"), 1U) << out.str();
  for (const ReplayLine& line : report->lines) {
    if (line.interval.missing) continue;
    for (const auto& [name, values] : line.interval.checks) {
      EXPECT_GT(values.canary, 0) << out.str();
      EXPECT_GT(values.stable, 0) << out.str();
    }
    for (const ArmCounts& arm : {line.interval.canary, line.interval.stable}) {
      EXPECT_GT(arm.requests, 0) << out.str();
      EXPECT_EQ(arm.requests, 11 * arm.errors) << out.str();
      EXPECT_EQ(arm.slower.at(0.1), 5 * arm.errors) << out.str();
    }
  }
}

}  // namespace
}  // namespace freshet
