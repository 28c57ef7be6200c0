// A served list of tracked services, as the API server pages it, for bench_cli.
#pragma once

#include <string>

#include "tests/bench/child_server.h"

namespace freshet {

// One tracked service and its Knative Service, as the controller leaves them after some rollouts:
// the texts of both objects, in which kBenchName stands for the name.
struct BenchService {
  std::string tracked;
  std::string service;
};
inline constexpr const char* kBenchName = "bench-service-name";
BenchService make_bench_service();

// Serves lists of so many of them, by limit and continue.
void serve_fleet(const BenchService& one, int services, const TellPort& tell);

}  // namespace freshet
