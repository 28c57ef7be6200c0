// Flags of `freshet controller` about gates: how tag URLs are reached.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "base/exchanges.h"
#include "base/result.h"

namespace freshet {

struct GateFlags {
  std::string ingress;  // HOST:PORT; "": as the tag URL's host resolves
  std::string ca_file;  // PEM
};

void add_gate_flags(CLI::App& command, GateFlags& flags);

// Exchanges with candidates. Their addresses are the cluster's own, so private ones are allowed.
Result<std::unique_ptr<HttpExchanges>> gate_exchanges(const GateFlags& flags);

}  // namespace freshet
