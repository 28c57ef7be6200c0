// Five hundred active canaries, each looked at every ten seconds: CPU time of reading and judging
// (replies parsed, counted, folded into evidence, judged) and queries. The server's own time is
// left out. Exit 1 where a bound is missed.
#include <fmt/format.h>

#include "controller/net/local_transport.h"
#include "controller/runtime/judging.h"
#include "tests/bench/cpu_time.h"
#include "tests/bench/reading_server.h"

namespace freshet {
namespace {

constexpr int kCanaries = 500;
constexpr int kWarmUpTicks = 6;
constexpr int kTicks = 30;
constexpr Duration kTick = seconds(10);
constexpr double kMaxShare = 0.02;  // of one core
constexpr int kMaxQueries = 8;      // a tick
const TimePoint kStart = TimePoint(hours(500'010));

// One service in the midst of its rollout.
struct Canary {
  Observation seen;
  Core core;
  std::map<std::string, TimePoint> pods;
  Notes notes;
};

Canary make_canary(int i) {
  Canary out;
  ServiceView service;
  service.key = {"shop", ReadingServer::service_name(i)};
  service.tag_urls["freshet"] = "http://freshet-" + service.key.name + ".shop.example.com";
  out.seen.service = service;
  Shifting shifting;
  shifting.rollout.id = "7f3a";
  shifting.rollout.plan = {10, 50};
  shifting.rollout.candidate.name = RevisionName{ReadingServer::revision_name(i, false)};
  shifting.rollout.candidate.uid = Uid{fmt::format("uid-{}", i)};
  out.core.phase = shifting;
  out.core.stable = RevisionRef{RevisionName{ReadingServer::revision_name(i, true)}, Uid{"s"}, {}};
  for (const bool stable : {true, false}) {
    const std::string revision = ReadingServer::revision_name(i, stable);
    for (int pod = stable ? 0 : 2; pod < (stable ? 2 : 3); ++pod) {
      out.pods[fmt::format("{}-deployment-7d9c5b8f6d-x{}", revision, pod)] = kStart - hours(5);
    }
  }
  return out;
}

int run() {
  ReadingServer server(seconds(15));
  double server_seconds = 0;
  LocalTransport transport([&](const HttpRequest& request) -> Result<HttpResponse> {
    const double begun = cpu_seconds();
    HttpResponse response = server.answer(request);
    server_seconds += cpu_seconds() - begun;
    return response;
  });
  ControllerOptions options;
  options.prometheus_url = "http://prometheus.bench";
  options.analysis_interval = kTick;
  Judging judging(options, transport);
  std::vector<Canary> canaries;
  for (int i = 0; i < kCanaries; ++i) canaries.push_back(make_canary(i));

  int blind = 0;
  int most_queries = 0;
  int queries = 0;
  std::size_t bytes = 0;
  double spent = 0;
  for (int tick = 0; tick < kWarmUpTicks + kTicks; ++tick) {
    const bool measured = tick >= kWarmUpTicks;
    const int queries_before = server.queries();
    const std::size_t bytes_before = server.bytes();
    server_seconds = 0;
    const double begun = cpu_seconds();
    for (int i = 0; i < kCanaries; ++i) {
      const TimePoint now = kStart + tick * kTick + i * (kTick / kCanaries);
      server.set_now(now);
      Canary& canary = canaries[static_cast<std::size_t>(i)];
      const std::string why = judging.look(
          canary.seen, canary.core, [&] { return ListedPods{canary.pods}; }, canary.notes, now);
      if (measured && !why.empty() && blind++ == 0) fmt::print("{}\n", why);
    }
    if (!measured) continue;
    spent += cpu_seconds() - begun - server_seconds;
    queries += server.queries() - queries_before;
    bytes += server.bytes() - bytes_before;
    most_queries = std::max(most_queries, server.queries() - queries_before);
  }
  std::int64_t counted = 0;
  int advancing = 0;
  for (const Canary& canary : canaries) {
    counted += canary.notes.judged->evidence.canary.requests;
    advancing += canary.notes.judged->verdict.kind != VerdictKind::kRollback ? 1 : 0;
  }
  const double share = spent / kTicks / to_seconds(kTick);
  fmt::print("active canaries       {}, looked at every {}\n", kCanaries, format_duration(kTick));
  fmt::print("requests counted      {:.0f} a canary (served: about {:.0f})\n",
             static_cast<double>(counted) / kCanaries, 2 * to_seconds((kTicks + 5) * kTick));
  fmt::print("not rolled back       {}\n", advancing);
  fmt::print("blind looks           {} (allowed: 0)\n", blind);
  fmt::print("replies               {:.1f} MB a tick\n",
             static_cast<double>(bytes) * 1e-6 / kTicks);
  fmt::print("queries               {:.1f} a tick, at most {} (allowed: {})\n",
             static_cast<double>(queries) / kTicks, most_queries, kMaxQueries);
  fmt::print("CPU                   {:.0f} ms a tick, {:.2f} % of one core (allowed: {:.0f} %)\n",
             spent / kTicks * 1e3, share * 100, kMaxShare * 100);
  const bool good = blind == 0 && most_queries <= kMaxQueries && share <= kMaxShare &&
                    advancing == kCanaries && counted > 0;
  return good ? 0 : 1;
}

}  // namespace
}  // namespace freshet

int main() { return freshet::run(); }
