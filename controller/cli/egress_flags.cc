// Flag or variable.
#include "controller/cli/egress_flags.h"

#include <CLI/CLI.hpp>

namespace freshet {

void add_egress_flags(CLI::App& command, EgressFlags& flags) {
  command
      .add_option("--proxy", flags.proxy,
                  "Proxy for https to registries, token services, sinks and issuers (default: "
                  "HTTPS_PROXY)")
      ->type_name("URL");
  command
      .add_option("--no-proxy", flags.no_proxy,
                  "Hosts, .domains, addresses and blocks that need none (default: NO_PROXY)")
      ->type_name("LIST");
}

Result<Egress> find_egress(const EgressFlags& flags, const KubeSources& sources) {
  const auto flag_or = [&](const std::string& flag, const char* upper, const char* lower) {
    if (!flag.empty()) return flag;
    const auto variable = sources.variable(upper);
    return variable ? *variable : sources.variable(lower).value_or("");
  };
  auto proxy = parse_egress_proxy(flag_or(flags.proxy, "HTTPS_PROXY", "https_proxy"),
                                  flag_or(flags.no_proxy, "NO_PROXY", "no_proxy"));
  if (proxy) return Egress{*std::move(proxy), ""};
  if (!flags.proxy.empty()) return with_context("--proxy", proxy.error());
  return Egress{{}, "HTTPS_PROXY is not used: " + proxy.error().message};
}

}  // namespace freshet
