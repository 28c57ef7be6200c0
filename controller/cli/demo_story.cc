// What the demo plays.
#include "controller/cli/demo_story.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "config/parse.h"
#include "controller/runtime/paths.h"

namespace freshet {

namespace {

constexpr double kUsersRate = 50;
constexpr Duration kHistory = hours(1);
constexpr Duration kAdoptionTakes = minutes(5);
constexpr Duration kLongestStory = hours(3);
constexpr const char* kRegistry = "registry.sandbox";
const TimePoint kStart = from_unix_seconds(1'795'485'600);  // 2026-11-24T02:00:00Z

std::vector<DemoService> all_services() {
  sandbox::ImageBehaviour good;
  good.error_rate = 0.002;
  sandbox::ImageBehaviour failing = good;
  failing.error_rate = 0.05;
  sandbox::ImageBehaviour never_ready = good;
  never_ready.starts = sandbox::StartsAs::kNeverReady;
  return {
      {{"shop", "checkout"}, "a good rebuild", good, days(41), Ending::kPromoted},
      {{"shop", "catalog"}, "5 % of its requests fail", failing, days(23), Ending::kRolledBack},
      {{"shop", "payments"}, "never becomes Ready", never_ready, days(12), Ending::kDeferred},
  };
}

std::vector<DemoService> chosen(const std::string& scenario) {
  std::vector<DemoService> out;
  for (DemoService& service : all_services()) {
    const bool wanted = scenario == "three" ||
                        (scenario == "good" && service.ending == Ending::kPromoted) ||
                        (scenario == "errors" && service.ending == Ending::kRolledBack) ||
                        (scenario == "never-ready" && service.ending == Ending::kDeferred);
    if (wanted) out.push_back(std::move(service));
  }
  return out;
}

std::string image_of(const ServiceKey& key) {
  return fmt::format("{}/{}/{}:1.4", kRegistry, key.name_space, key.name);
}

Json knative_service(const ServiceKey& key) {
  return {{"apiVersion", "serving.knative.dev/v1"},
          {"kind", "Service"},
          {"metadata", {{"name", key.name}, {"namespace", key.name_space}}},
          {"spec",
           {{"template",
             {{"spec",
               {{"containers", Json::array({{{"name", "app"}, {"image", image_of(key)}}})}}}}}}}};
}

Json tracked_service(const ServiceKey& key) {
  return {{"apiVersion", "freshet.dev/v1alpha1"},
          {"kind", "TrackedService"},
          {"metadata", {{"name", key.name}, {"namespace", key.name_space}}},
          {"spec", {{"poll", {{"every", "1m"}}}}}};
}

sandbox::WorldOptions world_options(std::uint64_t seed) {
  sandbox::WorldOptions options;
  options.seed = seed;
  options.start = kStart;
  return options;
}

std::string outcome_text(Ending ending) {
  switch (ending) {
    case Ending::kPromoted: return "Promoted";
    case Ending::kRolledBack: return "RolledBack";
    case Ending::kDeferred: return "Deferred";
  }
  return "";
}

}  // namespace

DemoStory::DemoStory(std::uint64_t seed, const std::string& scenario, Log log)
    : services_(chosen(scenario)),
      cluster_(world_options(seed), ControllerOptions{}, std::move(log)),
      rebuilt_at_(kStart) {}

std::vector<ServiceKey> DemoStory::services() const {
  std::vector<ServiceKey> keys;
  for (const DemoService& service : services_) keys.push_back(service.key);
  return keys;
}

std::string DemoStory::introduction() const {
  std::string text =
      "Services of a simulated cluster follow image tags. Each tag now moves to a "
      "rebuilt image:\n";
  for (const DemoService& service : services_) {
    text += fmt::format("  {:<10} runs an image {} old; its rebuild: {}\n", service.key.name,
                        format_age(service.image_age), service.rebuild);
  }
  return text + "\n";
}

bool DemoStory::adopt() {
  sandbox::World& world = cluster_.world();
  for (const DemoService& service : services_) {
    sandbox::ImageBehaviour running;
    running.error_rate = 0.002;
    world.push(service.key.name_space + "/" + service.key.name, "1.4", running,
               kStart - service.image_age);
    if (!world.create(knative_service(service.key))) return false;
    world.set_rate(service.key, kUsersRate);
  }
  world.advance_to(kStart + kHistory);
  for (const DemoService& service : services_) {
    if (!world.create(tracked_service(service.key))) return false;
  }
  return cluster_.run_until(
      [this] {
        return std::all_of(services_.begin(), services_.end(), [this](const auto& service) {
          return cluster_.status(service.key).phase == "Idle";
        });
      },
      kAdoptionTakes);
}

void DemoStory::rebuild() {
  rebuilt_at_ = cluster_.now();
  for (const DemoService& service : services_) {
    cluster_.world().push(service.key.name_space + "/" + service.key.name, "1.4", service.behaviour,
                          cluster_.now());
  }
}

std::optional<HistoryEntry> DemoStory::ended(const DemoService& service) {
  const TrackedServiceStatus status = cluster_.status(service.key);
  if (status.phase != "Idle" || status.history.empty()) return std::nullopt;
  return status.history.back();  // the first rollout: a deferred one is tried again later
}

bool DemoStory::is_over() {
  if (since_rebuilds() > kLongestStory) return true;
  return std::all_of(services_.begin(), services_.end(),
                     [this](const auto& service) { return ended(service).has_value(); });
}

// What Freshet says happened, and what users saw.
bool DemoStory::as_expected(const DemoService& service) {
  const auto entry = ended(service);
  if (!entry || entry->outcome != outcome_text(service.ending)) return false;
  const auto served = cluster_.world().served(service.key);
  const auto candidate = served.find(entry->revision);
  if (service.ending == Ending::kDeferred) {
    return candidate == served.end() || candidate->second.good + candidate->second.bad == 0;
  }
  const auto program = cluster_.world().programmed(service.key);
  const bool promoted = service.ending == Ending::kPromoted;
  for (const auto& [revision, percent] : program) {
    if ((revision == entry->revision) != promoted && percent > 0) return false;
  }
  return true;
}

bool DemoStory::ended_well() {
  return std::all_of(services_.begin(), services_.end(),
                     [this](const auto& service) { return as_expected(service); });
}

std::string DemoStory::summary() {
  std::string text = "\nWhat happened\n";
  for (const DemoService& service : services_) {
    const auto entry = ended(service);
    text += fmt::format("  {} {:<10} {}: ", as_expected(service) ? "✓" : "✗", service.key.name,
                        service.rebuild);
    if (!entry) {
      text += "has not come to an end\n";
      continue;
    }
    std::int64_t requests = 0;
    std::int64_t bad = 0;
    for (const auto& [revision, served] : cluster_.world().served(service.key)) {
      if (revision != entry->revision) continue;
      requests = served.good + served.bad;
      bad = served.bad;
    }
    const std::string took = format_age(entry->ended - entry->started);
    switch (service.ending) {
      case Ending::kPromoted:
        text += fmt::format("promoted to 100 % in {}; image age {} → {}\n", took,
                            format_age(service.image_age), format_age(since_rebuilds()));
        break;
      case Ending::kRolledBack:
        text += fmt::format("taken back after {}; users saw {} bad answers of its {} requests\n",
                            took, bad, with_thousands(requests));
        break;
      case Ending::kDeferred:
        text += fmt::format("taken back after {} without one request; tried again later\n", took);
        break;
    }
  }
  return text;
}

ServiceDetail DemoStory::detail(const ServiceKey& key) {
  sandbox::World& world = cluster_.world();
  const auto tracked = world.read(tracked_service_path(key));
  const auto service = world.read(service_path(key));
  return make_detail(tracked ? *tracked : Json::object(), service ? &*service : nullptr, {});
}

}  // namespace freshet
