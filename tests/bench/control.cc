// The controller at ten thousand tracked services, talking over HTTP to a simulated cluster in
// another process: memory and CPU at rest, its start, and how soon it takes traffic back while
// hundreds roll out. Exit 1 where a bound is missed.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "base/text.h"
#include "controller/model/image_reference.h"
#include "tests/bench/control_rig.h"
#include "tests/bench/control_server.h"
#include "tests/bench/cpu_time.h"
#include "tests/bench/resident.h"
#include "tests/bench/row.h"

namespace freshet {
namespace {

constexpr double kMaxMebibytes = 200;
constexpr double kMaxCpuShare = 0.02;
constexpr double kMaxStart = 20;   // seconds
constexpr double kMaxRetreat = 2;  // seconds behind the verdict, or the person's word
constexpr Duration kFirstChecks = seconds(75);
constexpr Duration kLook{250};
constexpr Duration kRelistEvery = seconds(10);
constexpr Duration kStage = minutes(6);  // what must have happened by then

class Bench {
 public:
  Bench(ControlScale scale, int port) : scale_(scale), port_(port) {
    NetOptions net;
    net.addresses.allow_private = true;
    transport_ = std::move(*make_curl_transport(net));
  }

  bool run(Duration rest) {
    bool good = start();
    good &= measure_rest(rest);
    return good & measure_rollouts();
  }

 private:
  std::string order(const std::string& what, int first = 0, int count = 0) {
    HttpRequest request;
    request.method = "POST";
    request.timeout = seconds(60);
    request.url =
        fmt::format("http://127.0.0.1:{}/bench/{}?first={}&count={}", port_, what, first, count);
    const auto reply = transport_->send(request);
    return reply ? reply->body : reply.error().message;
  }
  double seconds_now() const { return to_seconds(clock_.monotonic()); }

  // Until `done`, asked now and then, or kStage.
  template <class Done>
  bool wait_until(const Done& done) {
    const Duration end = clock_.monotonic() + kStage;
    while (!done()) {
      if (clock_.monotonic() > end) return false;
      sleep_for(kLook);
    }
    return true;
  }

  // Starts a controller anew; seconds until every service was looked at once.
  double start_rig() {
    rig_.reset();
    ControllerOptions options;
    options.fleet.in_cluster = scale_.rollouts + 1;
    options.fleet.in_namespace = scale_.rollouts + 1;
    options.fleet.wave_by = WaveBy::kOff;
    options.registry_rates = {{"registry.sandbox", 1000}};
    const double begin = seconds_now();
    rig_ = std::make_unique<ControlRig>(port_, options);
    wait_until([this] { return rig_->in_sync(); });
    fmt::print("lists read after {:.1f} s\n", seconds_now() - begin);
    wait_until([this] { return rig_->told("freshet_rollout_phase{") >= scale_.services; });
    return seconds_now() - begin;
  }

  bool start() {
    const double before = resident_mebibytes();
    const double took = start_rig();
    fmt::print("resident {:.1f} MiB, {:.1f} before the start\n", resident_mebibytes(), before);
    return row("start to every service looked at, s", took, kMaxStart);
  }

  bool measure_rest(Duration rest) {
    sleep_for(std::min<Duration>(kFirstChecks, rest));
    const std::string written = order("writes");
    const double cpu_before = process_cpu_seconds();
    const double begin = seconds_now();
    sleep_for(rest);
    const double cpu = process_cpu_seconds() - cpu_before;
    const double share = cpu / (seconds_now() - begin);
    const auto writes =
        parse_whole(order("writes")).value_or(-1) - parse_whole(written).value_or(0);
    bool good = row("at rest: resident, MiB", resident_mebibytes(), kMaxMebibytes);
    good &= row("at rest: CPU, share of one core", share, kMaxCpuShare);
    return good & row("at rest: writes", static_cast<double>(writes), 0);
  }

  // A push of each, and a word of it as a webhook would give.
  void rebuild(const std::string& what, int first, int count) {
    order(what, first, count);
    for (int i = first; i < first + count; ++i) {
      const auto image = parse_image_reference("registry.sandbox/" + control_repository(i) + ":1");
      if (image) rig_->controller().hint(*image);
    }
  }

  int retreats() {
    const std::string text = order("retreats");
    return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  }

  // Lists again and again, each of which makes every service due, until so many retreats.
  void retreat(int wanted) {
    Duration next = clock_.monotonic();
    wait_until([&] {
      if (clock_.monotonic() >= next) {
        order("relist");
        next = clock_.monotonic() + kRelistEvery;
      }
      return retreats() >= wanted;
    });
  }

  // All roll out at once; of two in five the new image is bad, one in five is aborted.
  bool measure_rollouts() {
    const int fifth = scale_.rollouts / 5;
    const int good_ones = scale_.rollouts - 2 * fifth;
    const auto shifting = [this] { return rig_->told("phase=\"Shifting\""); };
    rebuild("rebuild", 0, good_ones);
    wait_until([&] { return shifting() >= good_ones; });
    rebuild("ruin", good_ones, 2 * fifth);
    int most = shifting();
    wait_until([&] {
      most = std::max(most, shifting());
      return most >= scale_.rollouts || retreats() > 0;
    });
    fmt::print("{} of {} rollouts under way at once\n", most, scale_.rollouts);
    retreat(fifth);
    start_rig();
    retreat(2 * fifth);
    const int half = fifth / 2;
    watch_all();
    abort(0, half);
    bool good = tell_retreats(2 * fifth + half);
    // Who aborts while all is listed anew waits for the list: told, since no cluster does that
    // often.
    order("relist");
    abort(half, fifth - half);
    const auto all = orders();
    tell("aborts while all is listed anew",
         std::vector<double>(all.begin() + std::min<std::ptrdiff_t>(half, std::ssize(all)),
                             all.end()));
    return good;
  }

  // Until all has been listed anew and is watched.
  void watch_all() {
    wait_until([this] { return parse_whole(order("watches")).value_or(0) >= rig_->watches(); });
  }

  // Ten a second, and until all of them have been heard.
  void abort(int first, int count) {
    const int wanted = retreats() + count;
    for (int i = first; i < first + count; ++i) {
      order("abort", i, 1);
      sleep_for(milliseconds(100));
    }
    wait_until([&] { return retreats() >= wanted; });
  }

  // Seconds from each person's word to the write, in their order; those by verdict where
  // `by_verdict`.
  std::vector<double> orders(bool by_verdict = false) {
    std::vector<double> out;
    std::istringstream lines(order("retreats"));
    std::string why;
    double after_pass = 0;
    double after_order = 0;
    while (lines >> why >> after_pass >> after_order) {
      if (by_verdict != (after_order > 0)) out.push_back(by_verdict ? after_pass : after_order);
    }
    return out;
  }

  bool tell_retreats(int wanted) {
    const std::vector<double> verdicts = orders(true);
    const std::vector<double> by_hand = orders();
    const auto missing = wanted - static_cast<int>(verdicts.size() + by_hand.size());
    bool good = row("retreats missing", missing, 0);
    good &= row("retreat behind the verdict, longest, s",
                tell("retreats behind the verdict", verdicts), kMaxRetreat);
    return good & row("retreat behind a person's abort, longest, s",
                      tell("retreats behind a person's abort", by_hand), kMaxRetreat);
  }

  // The longest.
  static double tell(const char* what, std::vector<double> seconds) {
    if (seconds.empty()) return 99;
    std::sort(seconds.begin(), seconds.end());
    const auto at = [&](std::size_t percent) {
      return seconds[std::min(seconds.size() - 1, seconds.size() * percent / 100)];
    };
    fmt::print("{} {}: p50 {:.3f}, p99 {:.3f}, longest {:.3f} s\n", seconds.size(), what, at(50),
               at(99), seconds.back());
    return seconds.back();
  }

  const ControlScale scale_;
  const int port_;
  const SystemClock clock_;
  std::unique_ptr<HttpTransport> transport_;
  std::unique_ptr<ControlRig> rig_;
};

}  // namespace
}  // namespace freshet

// Services, rollouts among them, seconds at rest, Revisions of each Service.
int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // a line is seen when it is printed
  const auto number = [&](int place, int otherwise) {
    const auto given = argc > place ? freshet::parse_whole(argv[place]) : std::nullopt;
    return static_cast<int>(std::clamp<std::int64_t>(given.value_or(otherwise), 1, 20000));
  };
  const freshet::ControlScale scale{number(1, 10000), number(2, 500), number(4, 1)};
  const auto server = freshet::start_control_server(scale);
  if (server.port == 0) {
    fmt::print(stderr, "bench control: the simulated cluster could not be started\n");
    return 2;
  }
  const bool good = freshet::Bench(scale, server.port).run(freshet::seconds(number(3, 60)));
  freshet::stop_child_server(server);
  return good ? 0 : 1;
}
