// Two whole controllers in one simulated world: one acts, the other is ready to.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <nlohmann/json.hpp>

#include "controller/net/local_exchanges.h"
#include "controller/net/local_transport.h"
#include "controller/runtime/run.h"
#include "tests/simulation/tracked_shop.h"
#include "tests/support/world_clock.h"

namespace freshet {
namespace {

// One process: what it sends is kept as "METHOD path".
struct Process {
  Process(sandbox::World& to, const std::string& name)
      : world(to),
        election(lease_client, clock, {{"freshet-system", "freshet"}, name, {}}),
        controller(options(), {kube, exchanges, transport}, clock, metrics, [](const LogLine&) {}),
        watches(kube, clock, controller, {}, Duration{0}, [] { return 0.5; }) {}
  static ControllerOptions options() {
    ControllerOptions out;
    out.prometheus_url = "http://" + std::string(sandbox::kPrometheusHost);
    out.follows_another = true;
    return out;
  }
  static std::string server() { return "https://" + std::string(sandbox::kKubeHost); }

  sandbox::World& world;
  WorldClock clock{world};
  std::vector<std::string> sent;
  LocalTransport transport{[this](const HttpRequest& request) {
    const std::string url = request.url.substr(0, request.url.find('?'));
    sent.push_back(request.method + " " + url);
    return world.handle(request);
  }};
  LocalExchanges exchanges{transport};
  TokenSource tokens{Secret()};
  KubeClient lease_client{transport, tokens, clock,
                          lease_client_options({.server = server()}, LeaseTimes{})};
  Election election;
  KubeClient kube{transport, tokens, clock, {.server = server(), .time_to_write = [this] {
                                               return election.time_left();
                                             }}};
  Metrics metrics;
  Controller controller;
  Watches watches;
};

class StandbyTest : public ::testing::Test {
 protected:
  // The shop's own controller never runs: nothing lets its cluster go on.
  StandbyTest() : world_(shop_.cluster().world()) {
    EXPECT_TRUE(world_.create(
        {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", "freshet-system"}}}}));
    for (const std::size_t i : {0U, 1U}) {
      processes_[i] = std::make_unique<Process>(world_, "replica-" + std::to_string(i));
    }
  }
  bool run_until(const std::function<bool()>& done, Duration at_most) {
    const TimePoint until = world_.now() + at_most;
    while (world_.now() < until && !done()) {
      TimePoint next = world_.now() + seconds(1);
      for (auto& process : processes_) {
        if (!process) continue;
        next = std::min(next, pump(process->watches, process->controller, process->clock,
                                   seconds(1), &process->election));
      }
      world_.advance_to(std::max(next, world_.now() + milliseconds(10)));
    }
    return done();
  }
  bool until_phase(const std::string& phase) {
    return run_until([&] { return shop_.status().phase == phase; }, hours(1));
  }

  TrackedShop shop_{Pace::kQuick};
  sandbox::World& world_;
  std::array<std::unique_ptr<Process>, 2> processes_;
};

TEST_F(StandbyTest, AsksForItsWatchesAndTheLeaseAndForNothingElse) {
  ASSERT_TRUE(until_phase("Idle"));
  shop_.rebuild(0.002);
  ASSERT_TRUE(until_phase("Shifting"));
  const std::set<std::string> sent(processes_[1]->sent.begin(), processes_[1]->sent.end());
  const std::string api = "GET " + Process::server() + "/apis/";
  const std::string leases =
      Process::server() + "/apis/coordination.k8s.io/v1/namespaces/freshet-system/leases";
  EXPECT_EQ(sent, (std::set<std::string>{api + "freshet.dev/v1alpha1/trackedservices",
                                         api + "serving.knative.dev/v1/services",
                                         api + "serving.knative.dev/v1/revisions",
                                         api + "freshet.dev/v1alpha1/rolloutpolicies",
                                         api + "freshet.dev/v1alpha1/clusterrolloutpolicies",
                                         api + "freshet.dev/v1alpha1/rolloutapprovals",
                                         "GET " + leases + "/freshet", "POST " + leases}))
      << "POST: it lost the race for a Lease that was not there";
}

TEST_F(StandbyTest, ALeaderThatCannotReadTheClusterDoesNotAct) {
  world_.fail(sandbox::kKubeHost, {403, "", "GET services"}, minutes(2));
  Process& first = *processes_[0];
  ASSERT_TRUE(run_until([&] { return first.election.leads(); }, minutes(1)));
  run_until([] { return false; }, seconds(10));
  EXPECT_FALSE(acts(first.watches, &first.election));
  EXPECT_TRUE(run_until([&] { return acts(first.watches, &first.election); }, minutes(3)));
  EXPECT_FALSE(acts(processes_[1]->watches, &processes_[1]->election));
}

TEST_F(StandbyTest, GoesOnWithARolloutWhoseLeaderDied) {
  ASSERT_TRUE(until_phase("Idle"));
  const Digest digest = shop_.rebuild(0.002);
  ASSERT_TRUE(until_phase("Shifting"));
  const auto before = shop_.status();
  processes_[0].reset();
  processes_[1]->sent.clear();
  const TimePoint died = world_.now();
  const auto has_acted = [&] {
    const auto& sent = processes_[1]->sent;
    return std::ranges::any_of(sent, [](const std::string& line) {
      return line.starts_with("PATCH ") && line.find("/leases/") == line.npos;
    });
  };
  EXPECT_TRUE(run_until(has_acted, seconds(20)));
  EXPECT_LE(world_.now() - died, seconds(20));
  ASSERT_TRUE(until_phase("Idle"));
  const auto after = shop_.status();
  ASSERT_FALSE(after.history.empty());
  EXPECT_EQ(after.history.front().outcome, "Promoted");
  EXPECT_EQ(after.history.size(), before.history.size() + 1);
}

TEST_F(StandbyTest, TakesOverWithWhatItsLeaderSaidLastAlsoWhereItsWatchIsLate) {
  ASSERT_TRUE(until_phase("Idle"));
  // The last words reach the API and not the other's watch before it leads.
  ASSERT_TRUE(
      world_.json_patch("/apis/freshet.dev/v1alpha1/namespaces/shop/trackedservices/"
                        "checkout/status",
                        Json::array({{{"op", "add"},
                                      {"path", "/status/history"},
                                      {"value", Json::array({{{"id", "x"}}})}}})));
  processes_[0].reset();
  Process& other = *processes_[1];
  while (!other.election.leads()) {
    world_.advance_to(std::max(other.election.run_once(), world_.now() + milliseconds(10)));
  }
  ASSERT_TRUE(other.controller.reconcile_one());
  const std::string read = "GET " + Process::server() +
                           "/apis/freshet.dev/v1alpha1/namespaces/shop/trackedservices/checkout";
  EXPECT_EQ(std::ranges::count(other.sent, read), 1);
  EXPECT_EQ(shop_.status().history.size(), 1U);
}

}  // namespace
}  // namespace freshet
