// One tracked Service in a simulated cluster.
#include "tests/simulation/tracked_shop.h"

#include <nlohmann/json.hpp>

namespace freshet {

namespace {

Json spec_of(Pace pace) {
  Json spec = {{"poll", {{"every", "1m"}}}};
  if (pace == Pace::kDefault) return spec;
  spec["rollout"] = {{"steps", Json::array({20})}, {"bake", {{"for", "1m"}}}};
  if (pace == Pace::kPatient) spec["rollout"]["minimumStep"] = "10m";
  spec["analysis"] = {
      {"warmUp", "0s"},
      {"errors", {{"rollback", "1.25x + 1%"}, {"promote", "1.5x + 10%"}}},
      {"latency", {{"rollback", "1.25x + 5%"}, {"promote", "1.5x + 20%"}}},
  };
  return spec;
}

}  // namespace

TrackedShop::TrackedShop(Pace pace, sandbox::WorldOptions options, ControllerOptions controller,
                         Log log)
    : cluster_(std::move(options), std::move(controller), std::move(log)) {
  sandbox::World& world = cluster_.world();
  sandbox::ImageBehaviour good;
  good.error_rate = 0.002;
  world.push("shop/checkout", "1", good, kStoryStart - days(30));
  const Json container = {{"name", "app"}, {"image", "registry.sandbox/shop/checkout:1"}};
  EXPECT_TRUE(world.create(
      {{"apiVersion", "serving.knative.dev/v1"},
       {"kind", "Service"},
       {"metadata", {{"name", "checkout"}, {"namespace", "shop"}}},
       {"spec", {{"template", {{"spec", {{"containers", Json::array({container})}}}}}}}}));
  world.set_rate(key_, 50);
  world.advance_to(kStoryStart + hours(1));
  EXPECT_TRUE(world.create({{"apiVersion", "freshet.dev/v1alpha1"},
                            {"kind", "TrackedService"},
                            {"metadata", {{"name", "checkout"}, {"namespace", "shop"}}},
                            {"spec", spec_of(pace)}}));
}

void TrackedShop::adopt() { ASSERT_TRUE(until_phase("Idle", minutes(5))) << status().message; }

Digest TrackedShop::rebuild(double error_rate) {
  sandbox::ImageBehaviour behaviour;
  behaviour.error_rate = error_rate;
  return cluster_.world().push("shop/checkout", "1", behaviour, cluster_.now());
}

bool TrackedShop::until_phase(const std::string& phase, Duration at_most) {
  return cluster_.run_until([&] { return status().phase == phase; }, at_most);
}

bool TrackedShop::until_outcome(const std::string& outcome, Duration at_most) {
  return cluster_.run_until(
      [&] {
        const TrackedServiceStatus now = status();
        return now.phase == "Idle" && !now.history.empty() &&
               now.history.front().outcome == outcome;
      },
      at_most);
}

std::int64_t TrackedShop::writes() {
  const auto& requests = cluster_.world().requests();
  const auto found = requests.find("PATCH services");
  return found == requests.end() ? 0 : found->second;
}

}  // namespace freshet
