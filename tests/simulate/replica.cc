// One process of the controller.
#include "tests/simulate/replica.h"

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>

namespace freshet::simulate {
namespace {

constexpr std::array<std::string_view, 6> kWatched = {"services",         "revisions",
                                                      "trackedservices",  "rolloutpolicies",
                                                      "rolloutapprovals", "clusterrolloutpolicies"};
constexpr std::size_t kChunk = 1021;  // streams are cut in the middle of anything
constexpr Duration kShortestRest{10};
constexpr Duration kAnalysisInterval = seconds(30);
constexpr int kMostPasses = 10000;

ControllerOptions options(bool follows_another, int max_rollouts) {
  ControllerOptions out;
  out.prometheus_url = "http://" + std::string(sandbox::kPrometheusHost);
  out.analysis_interval = kAnalysisInterval;
  out.follows_another = follows_another;
  out.fleet.in_cluster = max_rollouts;
  return out;
}

}  // namespace

void give_lease(sandbox::World& world, const std::string& holder) {
  (void)world.merge_patch(
      lease_path(ElectionOptions{}.lease),
      {{"spec", {{"holderIdentity", holder}, {"renewTime", format_micro_time(world.now())}}}});
}

Replica::Replica(sandbox::World& world, const Weather& weather, std::string name,
                 std::uint64_t seed, int max_rollouts, Wire::Hooks hooks, Log log)
    : world_(world),
      weather_(weather),
      name_(std::move(name)),
      max_rollouts_(max_rollouts),
      dice_(seed),
      wall_(world),
      wire_(world, weather, seed ^ 0x5EED, std::move(hooks)),
      transport_([this](const HttpRequest& request) { return wire_.exchange(request); }, kChunk),
      log_(std::move(log)) {
  start();
}

void Replica::start() {
  clock_ = std::make_unique<SteadyClock>(wall_);
  KubeClientOptions client{.server = "https://" + std::string(sandbox::kKubeHost)};
  if (!name_.empty()) {
    lease_kube_ = std::make_unique<KubeClient>(transport_, tokens_, *clock_,
                                               lease_client_options(client, LeaseTimes{}));
    election_ = std::make_unique<Election>(
        *lease_kube_, *clock_,
        ElectionOptions{{"freshet-system", "freshet"}, identity(), {}, log_});
    client.time_to_write = [this] { return election_->time_left(); };
    elects_ = world_.now();
  }
  kube_ = std::make_unique<KubeClient>(transport_, tokens_, *clock_, client);
  exchanges_ = std::make_unique<LocalExchanges>(transport_);
  gates_ = std::make_unique<LocalExchanges>(transport_);
  metrics_ = std::make_unique<Metrics>();
  Connections connections{*kube_, *exchanges_, transport_};
  connections.gates = gates_.get();
  controller_ = std::make_unique<Controller>(options(election_ != nullptr, max_rollouts_),
                                             std::move(connections), *clock_, *metrics_, log_);
  watches_ = std::make_unique<Watches>(*kube_, *clock_, *controller_, std::vector<std::string>{},
                                       Duration{0}, [this] { return dice_.uniform(); });
  news_.fill(world_.now());
}

void Replica::kill(Duration lasting) {
  ++kills_;
  watches_.reset();
  controller_.reset();
  kube_.reset();
  election_.reset();
  exchanges_.reset();
  gates_.reset();
  back_ = world_.now() + lasting;
}

// Nobody else's, not even a former self's.
std::string Replica::identity() const { return name_ + "-" + std::to_string(kills_); }

void Replica::stop(Duration lasting) {
  if (election_) election_->release();
  kill(lasting);
}

void Replica::keep_electing() {
  if (!election_ || elects_ > world_.now()) return;
  elects_ = election_->run_once() - ahead();
}

Duration Replica::ahead() const { return clock_->now() - world_.now(); }

Duration Replica::lag() {
  const int most = weather_.value(What::kWatchLags, world_.now()).value_or(0);
  return dice_.between(Duration{100}, most > 0 ? Duration(seconds(most)) : Duration{1500});
}

void Replica::notice(std::string_view plural) {
  for (std::size_t i = 0; i < kWatched.size(); ++i) {
    if (kWatched[i] != plural || news_[i] != TimePoint::max()) continue;
    news_[i] = world_.now() + lag();
  }
}

TimePoint Replica::due() const {
  if (is_busy_) return TimePoint::max();
  if (!is_alive()) return back_;
  TimePoint due = *std::ranges::min_element(news_);
  if (election_) due = std::min(due, elects_);
  if (watches_->in_sync() && (!election_ || election_->leads())) {
    if (const auto next = controller_->next_due()) due = std::min(due, *next - ahead());
  }
  return std::max(due, ran_ + kShortestRest);
}

void Replica::run() {
  is_busy_ = true;
  try {
    if (!is_alive()) start();
    keep_electing();
    watch();
    work();
  } catch (const Killed&) {
    kill(dice_.between(seconds(1), seconds(40)));
  } catch (const std::exception& error) {
    crash_ = error.what();
    kill(seconds(10));
  }
  is_busy_ = false;
  ran_ = world_.now();
  // Who has lost the lease ends, and is started anew.
  if (election_ && is_alive() && !election_->lost().empty()) kill(seconds(2));
}

void Replica::watch() {
  for (std::size_t i = 0; i < news_.size(); ++i) {
    if (news_[i] > world_.now()) continue;
    news_[i] = TimePoint::max();
    Watcher& watcher = *watches_->all()[i];
    const std::int64_t before = wire_.exchanges();
    const TimePoint again = watcher.run_once();
    // What is not over goes on by itself; else the next change says when.
    const bool has_run = wire_.exchanges() > before;
    const bool at_once = again <= clock_->now();  // it lists anew, or goes on to the next page
    if (!has_run || at_once || watcher.error()) news_[i] = again - ahead();
    if (has_run && wire_.take_cut()) news_[i] = std::min(news_[i], world_.now() + lag());
  }
}

void Replica::work() {
  looked_ = world_.now();
  if (!watches_->in_sync() || (election_ && !election_->leads())) return;
  for (int i = 0; i < kMostPasses && controller_->read_surroundings(); ++i) {
  }
  controller_->check_registries(Duration{0});
  controller_->try_gates(Duration{0});
  for (int i = 0; i < kMostPasses && controller_->reconcile_one(); ++i) {
  }
}

std::optional<TimePoint> metrics_known_to(const Replica& replica,
                                          const std::vector<std::unique_ptr<Replica>>& all) {
  constexpr Duration kEvidenceIsFresh = minutes(2);
  auto known = replica.wire().last_metrics();
  for (const auto& other : all) {
    const auto read = other->wire().last_metrics();
    if (read && replica.looked() - *read < kEvidenceIsFresh) known = std::max(known, read);
  }
  return known;
}

}  // namespace freshet::simulate
