// How tag URLs are reached.
#include "controller/cli/gate_flags.h"

#include "base/files.h"
#include "controller/net/curl_exchanges.h"

namespace freshet {

namespace {

constexpr std::size_t kMaxGateCaBytes = 1 << 20;

bool is_host_and_port(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const auto url = parse_url("http://" + text);
  return url && url->target == "/" && !text.ends_with('/') && colon != std::string::npos &&
         text.find(']', colon) == std::string::npos;
}

}  // namespace

void add_gate_flags(CLI::App& command, GateFlags& flags) {
  command
      .add_option("--gate-ingress", flags.ingress,
                  "HOST:PORT of the cluster's ingress that gates connect to and to nothing else: "
                  "where the hosts of tag URLs do not resolve, and where namespaces do not trust "
                  "each other; the hosts stay in the Host header and in TLS")
      ->envname("FRESHET_GATE_INGRESS");
  command.add_option("--gate-ca", flags.ca_file, "PEM file trusted for https tag URLs");
}

Result<std::unique_ptr<HttpExchanges>> gate_exchanges(const GateFlags& flags) {
  NetOptions net;
  if (!flags.ingress.empty() && !is_host_and_port(flags.ingress)) {
    return bad_input("--gate-ingress is " + flags.ingress +
                     "; allowed: HOST:PORT, as in kourier-internal.kourier-system:80");
  }
  net.connect_to = flags.ingress;
  if (!flags.ca_file.empty()) {
    auto ca = read_file(flags.ca_file, kMaxGateCaBytes);
    if (!ca) return with_context("--gate-ca", ca.error());
    net.extra_ca_pem = *std::move(ca);
  }
  net.addresses.allow_private = true;
  return make_curl_exchanges(std::move(net));
}

}  // namespace freshet
