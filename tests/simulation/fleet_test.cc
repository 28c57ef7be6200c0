// Many services that follow one image: one goes first, its success opens the rest, its failure
// stops them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "tests/simulation/tracked_shop.h"

namespace freshet {
namespace {

constexpr int kServices = 200;
constexpr int kNamespaces = 10;
constexpr int kAtOnce = 30;
constexpr int kAtOnceHere = 4;

ServiceKey nth(int i) { return {fmt::format("team{}", i % kNamespaces), fmt::format("s{}", i)}; }

ControllerOptions fleet_options() {
  ControllerOptions options;
  options.fleet.in_cluster = kAtOnce;
  options.fleet.in_namespace = kAtOnceHere;
  return options;
}

// What stands at one moment.
struct Standing {
  int running = 0;
  int most_in_a_namespace = 0;
  int updated = 0;  // run the new digest
};

class ManyServices : public ::testing::Test {
 protected:
  ManyServices() : cluster_(story_world(1), fleet_options(), [](const LogLine&) {}) {
    world().push("shop/base", "1", behaviour(), kStoryStart - days(30));
    for (int i = 0; i < kServices; ++i) {
      const Json container = {{"name", "app"}, {"image", "registry.sandbox/shop/base:1"}};
      create("serving.knative.dev/v1", "Service", nth(i),
             {{"template", {{"spec", {{"containers", Json::array({container})}}}}}});
    }
    world().advance_to(kStoryStart + minutes(5));
    for (int i = 0; i < kServices; ++i) {
      create("freshet.dev/v1alpha1", "TrackedService", nth(i),
             {{"poll", {{"every", "1m"}}},
              {"analysis", {{"mode", "ReadinessOnly"}}},
              {"rollout", {{"steps", {50}}, {"minimumStep", "30s"}, {"bake", {{"for", "30s"}}}}}});
    }
    EXPECT_TRUE(cluster_.run_until([&] { return all_idle(); }, minutes(10)));
  }

  sandbox::World& world() { return cluster_.world(); }
  static sandbox::ImageBehaviour behaviour() {
    sandbox::ImageBehaviour out;
    out.ready_after = seconds(2);
    return out;
  }
  void create(const char* version, const char* kind, const ServiceKey& key, Json spec) {
    EXPECT_TRUE(world().create({{"apiVersion", version},
                                {"kind", kind},
                                {"metadata", {{"name", key.name}, {"namespace", key.name_space}}},
                                {"spec", std::move(spec)}}));
  }
  bool all_idle() {
    for (int i = 0; i < kServices; ++i) {
      if (cluster_.status(nth(i)).phase != "Idle") return false;
    }
    return true;
  }
  std::optional<Core> core(int i) {
    const Json annotations = at_path(cluster_.service(nth(i)), {"metadata", "annotations"});
    const CoreRead read = read_core(string_or(annotations, kCoreAnnotation));
    const auto* core = std::get_if<Core>(&read);
    return core == nullptr ? std::nullopt : std::optional(*core);
  }
  Standing standing(const Digest& digest) {
    Standing out;
    std::map<std::string, int> running_in;
    for (int i = 0; i < kServices; ++i) {
      const auto now = core(i);
      if (!now) continue;
      if (active_rollout(now->phase) != nullptr) {
        ++out.running;
        out.most_in_a_namespace =
            std::max(out.most_in_a_namespace, ++running_in[nth(i).name_space]);
      }
      if (now->stable->pair.digests.begin()->second == digest) ++out.updated;
    }
    return out;
  }
  // Sum of one of the controller's own counters.
  double counted(const std::string& name) {
    double sum = 0;
    for (const std::string& line : split(cluster_.metrics().render(cluster_.now()), '\n')) {
      if (line.starts_with(name + "{") || line.starts_with(name + " "))
        sum += std::stod(line.substr(line.rfind(' ')));
    }
    return sum;
  }
  std::string told(int i) {
    const auto holds = cluster_.status(nth(i)).holds;
    return holds.empty() ? "" : holds.front().reason + ": " + holds.front().message;
  }

  SimulatedCluster cluster_;
};

TEST_F(ManyServices, FollowOneImageInAWaveOfOneAndThenWithinTheBudget) {
  const double asked = counted("freshet_registry_requests_total");
  const double checks = counted("freshet_registry_checks_total");
  const TimePoint pushed = cluster_.now();
  const Digest digest = world().push("shop/base", "1", behaviour(), pushed);

  int most = 0;
  int waiting = 0;
  while (standing(digest).updated == 0 && cluster_.now() < pushed + minutes(10)) {
    cluster_.run_until(cluster_.now() + seconds(1));
    const Standing now = standing(digest);
    if (now.updated == 0) most = std::max(most, now.running);
    waiting = std::max(waiting, static_cast<int>(counted("freshet_rollouts_waiting")));
  }
  EXPECT_EQ(most, 1) << "before one had succeeded";
  EXPECT_EQ(waiting, kServices - 1);

  int most_here = 0;
  while (standing(digest).updated < kServices && cluster_.now() < pushed + hours(1)) {
    cluster_.run_until(cluster_.now() + seconds(2));
    const Standing now = standing(digest);
    most = std::max(most, now.running);
    most_here = std::max(most_here, now.most_in_a_namespace);
  }
  EXPECT_EQ(standing(digest).updated, kServices);
  EXPECT_EQ(most, kAtOnce);
  EXPECT_EQ(most_here, kAtOnceHere);
  // One tag, however many follow it: a check a minute, and the new digest is read once.
  const double took = to_seconds(cluster_.now() - pushed) / 60;
  EXPECT_LE(counted("freshet_registry_checks_total") - checks, took + 2);
  EXPECT_LE(counted("freshet_registry_requests_total") - asked, took + 8);
}

TEST_F(ManyServices, StopAtTheFailureBudgetWithAllOthersAsTheyWere) {
  std::vector<Json> before;
  for (int i = 0; i < kServices; ++i) {
    before.push_back(at_path(cluster_.service(nth(i)), {"metadata", "generation"}));
  }
  sandbox::ImageBehaviour bad = behaviour();
  bad.starts = sandbox::StartsAs::kCrashing;
  const Digest digest = world().push("shop/base", "1", bad, cluster_.now());
  ASSERT_TRUE(
      cluster_.run_until([&] { return counted("freshet_waves_stopped") > 0; }, minutes(30)));
  cluster_.run_until(cluster_.now() + minutes(30));

  std::vector<int> failed;
  for (int i = 0; i < kServices; ++i) {
    if (!core(i)->rejected.empty()) failed.push_back(i);
  }
  ASSERT_EQ(failed.size(), 1u);
  const int first = failed.front();
  const int other = first == 7 ? 8 : 7;
  EXPECT_EQ(told(other).find("FailureBudget: the line is stopped (failure budget: 1 of 1): " +
                             to_string(nth(first)) + " rejected digest " + digest.short_form()),
            0u)
      << told(other);
  EXPECT_EQ(standing(digest).updated, 0);
  for (int i = 0; i < kServices; ++i) {
    if (i == first) continue;
    EXPECT_EQ(at_path(cluster_.service(nth(i)), {"metadata", "generation"}),
              before[static_cast<std::size_t>(i)])
        << to_string(nth(i));
  }
  EXPECT_EQ(counted("freshet_waves_stopped"), 1);

  // A restart forgets nothing, and a mended image goes through.
  cluster_.restart();
  cluster_.run_until(cluster_.now() + minutes(30));
  EXPECT_TRUE(told(other).starts_with("FailureBudget")) << told(other);
  const Digest mended = world().push("shop/base", "1", behaviour(), cluster_.now());
  EXPECT_TRUE(cluster_.run_until([&] { return standing(mended).updated == kServices; }, hours(1)));
}

}  // namespace
}  // namespace freshet
