// How one controller runs: what its operator set, with defaults.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "analysis/label_matcher.h"
#include "base/secret.h"
#include "base/time.h"
#include "controller/registry/confirm_checks.h"
#include "controller/registry/endpoint.h"
#include "controller/runtime/fleet.h"

namespace freshet {

struct ControllerOptions {
  std::vector<std::string> namespaces;           // watched; empty: all
  std::string prometheus_url;                    // "http://prometheus.monitoring:9090"; "" = none
  LabelMatchers prometheus_matchers = {};        // of this cluster's series, where it has others'
  Duration analysis_interval = seconds(10);      // between two looks at an active rollout
  std::set<std::string> plain_http;              // registries (host:port) spoken to without TLS
  TokenHosts token_hosts;                        // that get a registry's credentials
  std::map<std::string, double> registry_rates;  // requests a second, where not the usual
  std::int64_t max_image_bytes = kDefaultMaxImageBytes;  // compressed layers of an image
  FleetLimits fleet;                                     // who may begin a rollout
  int workers = 4;
  Duration resync = minutes(10);  // every service is looked at this often at least
  // Another replica may have acted until just now: what a watch has told of its last words may lag
  // behind, so a TrackedService is read before the first pass over it.
  bool follows_another = false;
  Secret order_key = {};  // of proofs that a command came through the API; empty: none is believed
};

}  // namespace freshet
