// Wire: the network between one replica and the world, with everything that can go wrong on it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/http.h"
#include "controller/sandbox/dice.h"
#include "controller/sandbox/world.h"
#include "tests/simulate/weather.h"

namespace freshet::simulate {

// Thrown through the controller where its process is killed in the middle of a request. No
// std::exception, so that nobody takes it for an error.
struct Killed {};

// kLeaseTaken: somebody else holds the lease by the time that the write arrives.
enum class Moment { kBefore, kAfter, kReplyLost, kRefused, kLeaseTaken };

// One exchange as the world saw it.
struct Exchange {
  const HttpRequest& request;
  const std::string& as;  // "PATCH services", as World counts it
  const Result<HttpResponse>& answer;
  bool is_cut = false;  // only a part of it comes to the replica
};

class Wire {
 public:
  struct Hooks {
    // Time goes on while an exchange is under way; `frozen`: the whole process stands still.
    std::function<void(Duration, bool frozen)> pass_time;
    std::function<void(const HttpRequest&, const std::string& as)> on_request;  // before it arrives
    std::function<void(const Exchange&)> on_exchange;  // it has arrived, and this is the answer
    std::function<void()> take_lease;
  };
  Wire(sandbox::World& world, const Weather& weather, std::uint64_t seed, Hooks hooks);

  // Throws Killed where a planned kill falls due.
  Result<HttpResponse> exchange(const HttpRequest& request);

  // At the n-th write from now on, counted from 0: what Moment says.
  void plan(int write, Moment moment) {
    plan_ = {write, moment};
    writes_ = 0;
  }
  // The next exchange takes this long, whatever its timeout.
  void freeze(Duration lasting) { freeze_ = lasting; }
  // The n-th event of all watches from now on: it is not delivered, and the watch has to begin
  // anew (`lasting` zero), or it and all after it come so much later.
  void hold_event(int number, Duration lasting) { held_ = {number, lasting, {}}; }

  // Nothing that was planned happens any more.
  void calm() {
    plan_.reset();
    held_.reset();
    freeze_ = Duration{0};
  }

  // Whether a watch has ended before all was delivered, since this was asked last.
  bool take_cut() { return std::exchange(is_cut_, false); }
  std::int64_t watch_events() const { return watch_events_; }
  std::int64_t exchanges() const { return exchanges_; }
  std::optional<TimePoint> last_metrics() const { return last_metrics_; }
  const std::map<std::string, std::int64_t>& faults() const { return faults_; }

 private:
  struct Planned {
    int write = 0;
    Moment moment = Moment::kBefore;
  };
  struct HeldEvent {
    int number = 0;
    Duration lasting{};
    std::optional<TimePoint> until;  // once it was met
  };
  bool strikes(What what);
  void count(What what) { ++faults_[std::string(kind_of(what).name)]; }
  Result<HttpResponse> to_kube(const HttpRequest& request, const std::string& as);
  Result<HttpResponse> to_registry(const HttpRequest& request);
  Result<HttpResponse> to_gate(const HttpRequest& request);
  Result<HttpResponse> to_prometheus(const HttpRequest& request);
  Result<HttpResponse> arrive(const HttpRequest& request, const std::string& as,
                              bool is_cut_later = false);
  std::optional<Result<HttpResponse>> take_long(const HttpRequest& request, const std::string& as);
  void spoil_watch(HttpResponse& answer);
  void hold_in(std::string& body);

  sandbox::World& world_;
  const Weather& weather_;
  sandbox::Dice dice_;
  Hooks hooks_;
  std::optional<Planned> plan_;
  std::optional<HeldEvent> held_;
  Duration freeze_{};
  bool is_cut_ = false;
  std::int64_t writes_ = 0;
  std::int64_t watch_events_ = 0;
  std::int64_t exchanges_ = 0;
  std::optional<TimePoint> last_metrics_;
  std::map<std::string, HttpResponse> registry_said_;  // by method and URL, of tags
  std::map<std::string, std::int64_t> faults_;
};

// "PATCH services", "WATCH revisions", "GET trackedservices/status".
std::string request_name(const HttpRequest& request);

}  // namespace freshet::simulate
