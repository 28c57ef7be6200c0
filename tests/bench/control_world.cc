// Ten thousand Services that somebody else has adopted.
#include "tests/bench/control_world.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/knative/views.h"
#include "controller/runtime/paths.h"

namespace freshet {
namespace {

constexpr std::string_view kRegistry = "registry.sandbox";
constexpr Duration kSettling = minutes(20);  // of virtual time: adoption, and each tag seen once
constexpr int kBatch = 50;
constexpr int kSmallNamespaces = 50;
// A real server keeps five minutes; a list of ten thousand goes on for seconds.
constexpr std::size_t kHistory = 20000;

std::string host_of(const std::string& target) {
  if (target.starts_with("/v2/")) return std::string(kRegistry);
  if (target.starts_with("/api/v1/query")) return std::string(sandbox::kPrometheusHost);
  return std::string(sandbox::kKubeHost);
}

sandbox::ImageBehaviour good_image() {
  sandbox::ImageBehaviour image;
  image.error_rate = 0.002;
  return image;
}
sandbox::ImageBehaviour bad_image() {
  sandbox::ImageBehaviour image;
  image.error_rate = 0.6;
  return image;
}

Json spec_of(bool rolls) {
  if (!rolls) return {{"analysis", {{"mode", "ReadinessOnly"}}}};
  return {{"rollout", {{"steps", Json::array({20})}, {"minimumStep", "1h"}}},
          {"analysis", {{"warmUp", "0s"}}}};
}

}  // namespace

ServiceKey control_key(int service) {
  const std::string space =
      service % 2 == 0 ? "big" : fmt::format("team{}", service / 2 % kSmallNamespaces);
  return {space, fmt::format("service-{}", service)};
}

std::string control_repository(int service) { return fmt::format("shop/service-{}", service); }

ControlWorld::ControlWorld(ControlScale scale, const Clock& clock) : scale_(scale), clock_(clock) {
  sandbox::WorldOptions world;
  world.start = clock.now() - kSettling;
  ControllerOptions options;
  options.registry_rates = {{std::string(kRegistry), 1000}};
  cluster_ = std::make_unique<SimulatedCluster>(world, options, [](const LogLine&) {});
  cluster_->world().keep_history(kHistory);
  for (int i = 0; i < scale.services; ++i) {
    make_service(i);
    // A few at a time: the history of changes that the sandbox keeps for watches is short.
    if (i % kBatch == kBatch - 1) cluster_->run_until(cluster_->now() + seconds(2));
  }
  for (int i = 0; i < scale.services; ++i) add_old_revisions(i);
  while (cluster_->now() < clock.now()) cluster_->run_until(clock.now());
}

// Of rollouts past: like the present one, but for name and digest.
void ControlWorld::add_old_revisions(int service) {
  const auto [space, name] = control_key(service);
  sandbox::World& world = cluster_->world();
  const auto present = world.read(revisions_path(space) + "/" + name + "-00001");
  for (int i = 1; present && i < scale_.revisions; ++i) {
    Json old = *present;
    old["metadata"]["name"] = fmt::format("{}-old-{:05}", name, i);
    old["metadata"].erase("uid");
    old["metadata"].erase("resourceVersion");
    old["spec"]["containers"][0]["image"] =
        fmt::format("{}/{}@sha256:{:064}", kRegistry, control_repository(service), i);
    (void)world.create(old);
  }
}

void ControlWorld::make_service(int service) {
  sandbox::World& world = cluster_->world();
  const auto [space, name] = control_key(service);
  const std::string repository = control_repository(service);
  const Json metadata = {{"name", name}, {"namespace", space}};
  const Json container = {
      {"name", "app"},
      {"image", fmt::format("{}/{}:1", kRegistry, repository)},
      {"env", Json::array({{{"name", "LOG_LEVEL"}, {"value", "info"}},
                           {{"name", "DATABASE"}, {"value", "postgres://db." + space + "/" + name}},
                           {{"name", "PORT"}, {"value", "8080"}}})},
      {"resources", {{"requests", {{"cpu", "100m"}, {"memory", "128Mi"}}}}}};
  world.push(repository, "1", {}, cluster_->now() - days(30));
  (void)world.create(
      {{"apiVersion", "serving.knative.dev/v1"},
       {"kind", "Service"},
       {"metadata", metadata},
       {"spec", {{"template", {{"spec", {{"containers", Json::array({container})}}}}}}}});
  const bool rolls = service < scale_.rollouts;
  if (rolls) world.set_rate({space, name}, 50);
  (void)world.create({{"apiVersion", "freshet.dev/v1alpha1"},
                      {"kind", "TrackedService"},
                      {"metadata", metadata},
                      {"spec", spec_of(rolls)}});
}

HttpResponse ControlWorld::answer(HttpRequest request, const std::string& target) {
  request.url = "https://" + host_of(target) + target;
  const bool writes = request.method != "GET" && target.starts_with("/apis/");
  const std::lock_guard lock(mutex_);
  cluster_->world().advance_to(clock_.now());
  const auto answer = cluster_->world().handle(request);
  if (!answer) return {502, {}, answer.error().message};
  if (writes && answer->status == 200 && target.find("/services/") != target.npos) {
    note_write(answer->body);
  }
  if (writes) {
    ++changes_;
    changed_.notify_all();
  }
  return *answer;
}

// Of a Service: is this the write that takes its candidate to 0 %?
void ControlWorld::note_write(const std::string& body) {
  const auto object = parse_json(body, kMaxReplyBytes);
  const auto view = object ? service_view(*object) : Result<ServiceView>(object.error());
  if (!view) return;
  const auto annotation = view->annotations.find(std::string(kCoreAnnotation));
  if (annotation == view->annotations.end()) return;
  const CoreRead read = read_core(annotation->second);
  const auto* core = std::get_if<Core>(&read);
  const auto* retreating = core == nullptr ? nullptr : std::get_if<Retreating>(&core->phase);
  if (retreating == nullptr) return;
  const auto& candidate = retreating->rollout.candidate.name;
  if (candidate && share_of(view->traffic, *candidate) > 0) return;
  const TimePoint now = clock_.now();
  Retreat retreat{std::string(to_string(retreating->why)), to_seconds(now - core->since)};
  if (const auto ordered = aborted_.find(view->key); ordered != aborted_.end()) {
    retreat.after_order = to_seconds(now - ordered->second);
  }
  retreats_.emplace(to_string(view->key) + " " + retreating->rollout.id, std::move(retreat));
}

void ControlWorld::tick() {
  const std::lock_guard lock(mutex_);
  sandbox::World& world = cluster_->world();
  const TimePoint now = clock_.now();
  const auto next = world.next_event();
  const bool happens = next && *next <= now;
  world.advance_to(now);
  if (!happens) return;
  ++changes_;
  changed_.notify_all();
}

void ControlWorld::wait(Duration at_most) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, at_most, [this, seen = changes_] { return changes_ != seen; });
}

int ControlWorld::relists() const {
  const std::lock_guard lock(mutex_);
  return relists_;
}

int ControlWorld::begin_watch() {
  const std::lock_guard lock(mutex_);
  ++watches_;
  return relists_;
}

std::int64_t ControlWorld::writes() const {
  std::int64_t count = 0;
  for (const auto& [request, times] : cluster_->world().requests()) {
    const bool reads =
        request.starts_with("GET") || request.starts_with("WATCH") || request.starts_with("LIST");
    if (!reads) count += times;
  }
  return count;
}

std::string ControlWorld::order(const std::string& what, int first, int count) {
  const std::lock_guard lock(mutex_);
  sandbox::World& world = cluster_->world();
  if (what == "writes") return std::to_string(writes());
  if (what == "retreats") {
    std::string lines;
    for (const auto& [name, retreat] : retreats_) {
      lines += fmt::format("{} {} {}\n", retreat.why, retreat.after_pass, retreat.after_order);
    }
    return lines;
  }
  if (what == "watches") return std::to_string(watches_);
  if (what == "relist") {
    ++relists_;
    watches_ = 0;
  }
  for (int i = first; i < first + count; ++i) {
    if (what == "rebuild") world.push(control_repository(i), "1", good_image(), world.now());
    if (what == "ruin") world.push(control_repository(i), "1", bad_image(), world.now());
    if (what == "abort") {
      aborted_[control_key(i)] = clock_.now();
      (void)world.json_patch(
          tracked_service_path(control_key(i)),
          Json::array({{{"op", "add"},
                        {"path", "/metadata/annotations"},
                        {"value", {{"freshet.dev/abort", fmt::format("c{} --by=ann", i)}}}}}));
    }
  }
  ++changes_;
  changed_.notify_all();
  return "done";
}

}  // namespace freshet
