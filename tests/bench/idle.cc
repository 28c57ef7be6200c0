// A thousand tracked services at rest in the simulated cluster: writes and resident memory, both of
// controller and simulated world together. Exit 1 where a bound is missed.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "controller/cli/simulated.h"
#include "tests/bench/resident.h"

namespace freshet {
namespace {

constexpr int kServices = 1000;
constexpr double kMaxMebibytes = 64;
const TimePoint kStart = from_unix_seconds(1'790'000'000);

std::int64_t writes(const sandbox::World& world) {
  std::int64_t count = 0;
  for (const auto& [request, times] : world.requests()) {
    if (!request.starts_with("GET") && !request.starts_with("WATCH") &&
        !request.starts_with("LIST")) {
      count += times;
    }
  }
  return count;
}

void make_service(sandbox::World& world, const std::string& name) {
  const Json container = {{"name", "app"}, {"image", "registry.sandbox/shop/" + name + ":1"}};
  world.push("shop/" + name, "1", {}, kStart - days(30));
  (void)world.create(
      {{"apiVersion", "serving.knative.dev/v1"},
       {"kind", "Service"},
       {"metadata", {{"name", name}, {"namespace", "shop"}}},
       {"spec", {{"template", {{"spec", {{"containers", Json::array({container})}}}}}}}});
  (void)world.create({{"apiVersion", "freshet.dev/v1alpha1"},
                      {"kind", "TrackedService"},
                      {"metadata", {{"name", name}, {"namespace", "shop"}}},
                      {"spec", {{"analysis", {{"mode", "ReadinessOnly"}}}}}});
}

int run() {
  sandbox::WorldOptions options;
  options.start = kStart;
  const double before = resident_mebibytes();
  SimulatedCluster cluster(options, ControllerOptions{}, [](const LogLine&) {});
  for (int i = 0; i < kServices; ++i) make_service(cluster.world(), fmt::format("s{}", i));
  cluster.run_until(kStart + minutes(20));
  int idle = 0;
  for (int i = 0; i < kServices; ++i) {
    idle += cluster.status({"shop", fmt::format("s{}", i)}).phase == "Idle";
  }
  const std::int64_t settled = writes(cluster.world());
  cluster.run_until(cluster.now() + hours(1));
  const std::int64_t written = writes(cluster.world()) - settled;
  const double resident = resident_mebibytes();
  fmt::print("tracked services at rest   {} of {}\n", idle, kServices);
  fmt::print("writes in an hour          {} (allowed: 0)\n", written);
  fmt::print("resident                   {:.1f} MiB, {:.1f} before (allowed: {})\n", resident,
             before, kMaxMebibytes);
  return idle == kServices && written == 0 && resident <= kMaxMebibytes ? 0 : 1;
}

}  // namespace
}  // namespace freshet

int main() { return freshet::run(); }
