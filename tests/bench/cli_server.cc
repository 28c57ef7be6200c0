// The fleet of bench_cli: one service that the controller has rolled out, many times.
#include "tests/bench/cli_server.h"

#include <fmt/format.h>
#include <httplib.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/cli/simulated.h"

namespace freshet {
namespace {

const TimePoint kFleetStart = from_unix_seconds(1'790'000'000);
constexpr int kPastRollouts = 4;
const ServiceKey kBench{"shop", kBenchName};

void push(SimulatedCluster& cluster) {
  sandbox::ImageBehaviour good;
  good.error_rate = 0.002;
  cluster.world().push("shop/bench", "1", good, cluster.now());
}

Json object_at(SimulatedCluster& cluster, const std::string& path) {
  Json object = cluster.kube().get(path).value().body;
  object["metadata"]["managedFields"] = Json::array(
      {{{"manager", "freshet"},
        {"operation", "Update"},
        {"fieldsV1", {{"f:status", {{"f:phase", Json::object()}, {"f:tags", Json::object()}}}}}}});
  return object;
}

std::string page_of(const std::string& item, const httplib::Request& request, int services) {
  const int limit = static_cast<int>(parse_whole(request.get_param_value("limit")).value_or(500));
  const int from = static_cast<int>(parse_whole(request.get_param_value("continue")).value_or(0));
  const int to = std::min(services, from + limit);
  std::string body = R"({"apiVersion":"v1","kind":"List","items":[)";
  for (int i = from; i < to; ++i) {
    if (i > from) body += ',';
    const std::string name = fmt::format("service-{:05}", i);
    std::size_t at = 0;
    for (std::size_t next; (next = item.find(kBenchName, at)) != item.npos;) {
      body.append(item, at, next - at).append(name);
      at = next + std::string_view(kBenchName).size();
    }
    body.append(item, at);
  }
  const std::string more = to < services ? fmt::format(R"(,"continue":"{}")", to) : "";
  return body + R"(],"metadata":{"resourceVersion":"7")" + more + "}}";
}

}  // namespace

BenchService make_bench_service() {
  sandbox::WorldOptions options;
  options.start = kFleetStart;
  SimulatedCluster cluster(options, ControllerOptions{}, [](const LogLine&) {});
  push(cluster);
  const Json container = {{"name", "app"}, {"image", "registry.sandbox/shop/bench:1"}};
  (void)cluster.world().create(
      {{"apiVersion", "serving.knative.dev/v1"},
       {"kind", "Service"},
       {"metadata", {{"name", kBenchName}, {"namespace", "shop"}}},
       {"spec", {{"template", {{"spec", {{"containers", Json::array({container})}}}}}}}});
  cluster.world().set_rate(kBench, 50);
  (void)cluster.world().create({{"apiVersion", "freshet.dev/v1alpha1"},
                                {"kind", "TrackedService"},
                                {"metadata", {{"name", kBenchName}, {"namespace", "shop"}}},
                                {"spec", {{"analysis", {{"mode", "ReadinessOnly"}}}}}});
  cluster.run_until([&] { return cluster.status(kBench).phase == "Idle"; }, hours(1));
  for (std::size_t i = 1; i <= kPastRollouts; ++i) {
    push(cluster);
    cluster.run_until([&] { return cluster.status(kBench).history.size() >= i; }, hours(30));
  }
  return {
      dump_json(object_at(cluster, "/apis/freshet.dev/v1alpha1/namespaces/shop/trackedservices/" +
                                       std::string(kBenchName))),
      dump_json(object_at(cluster, "/apis/serving.knative.dev/v1/namespaces/shop/services/" +
                                       std::string(kBenchName)))};
}

void serve_fleet(const BenchService& one, int services, const TellPort& tell) {
  httplib::Server server;
  server.set_keep_alive_max_count(1'000'000);
  server.set_tcp_nodelay(true);
  // Pages are made before they are asked for: the time is to be the client's.
  std::map<std::string, std::string> pages;
  const auto answer = [&](const std::string& item) {
    return [&, item](const httplib::Request& request, httplib::Response& response) {
      std::string& page = pages[request.target];
      if (page.empty()) page = page_of(item, request, services);
      response.set_content(page, "application/json");
    };
  };
  server.new_task_queue = [] { return new httplib::ThreadPool(1); };
  server.Get("/apis/freshet.dev/v1alpha1/trackedservices", answer(one.tracked));
  server.Get("/apis/serving.knative.dev/v1/services", answer(one.service));
  fmt::print("served objects         {} and {} bytes\n", one.tracked.size(), one.service.size());
  fflush(stdout);
  tell(server.bind_to_any_port("127.0.0.1"));
  server.listen_after_bind();
}

}  // namespace freshet
