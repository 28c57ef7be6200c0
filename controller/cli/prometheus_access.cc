// From a URL to a source of counts.
#include "controller/cli/prometheus_access.h"

namespace freshet {

Result<std::unique_ptr<PrometheusAccess>> prometheus_at(Context& context, std::string url) {
  while (url.ends_with('/')) url.pop_back();
  NetOptions net;
  net.addresses.allow_private = true;  // the user named this server
  auto transport = context.make_transport(std::move(net));
  if (!transport) return transport.error();
  auto access = std::make_unique<PrometheusAccess>();
  access->options.prometheus_url = std::move(url);
  access->transport = *std::move(transport);
  access->source = std::make_unique<MetricsSource>(access->options, *access->transport);
  return access;
}

}  // namespace freshet
