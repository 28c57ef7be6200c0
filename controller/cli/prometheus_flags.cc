// Flags about Prometheus.
#include "controller/cli/prometheus_flags.h"

#include <CLI/CLI.hpp>

namespace freshet {

void add_prometheus_flags(CLI::App& command, PrometheusAccess& access) {
  const auto add = [&command](const char* name, auto& value, const char* env, const char* type,
                              const char* doc) {
    command.add_option(name, value, doc)->envname(env)->type_name(type);
  };
  add("--prometheus", access.url, "FRESHET_PROMETHEUS", "URL",
      "Prometheus, or what answers like it: http(s)://host:port, a path may follow");
  add("--prometheus-ca", access.ca_file, "FRESHET_PROMETHEUS_CA", "FILE",
      "PEM file trusted for it besides the system's");
  add("--prometheus-token-file", access.token_file, "FRESHET_PROMETHEUS_TOKEN_FILE", "FILE",
      "Bearer token; this file and those below are read again for every request");
  add("--prometheus-user", access.user, "FRESHET_PROMETHEUS_USER", "NAME",
      "User of basic authentication");
  add("--prometheus-password-file", access.password_file, "FRESHET_PROMETHEUS_PASSWORD_FILE",
      "FILE", "Its password");
  add("--prometheus-cert", access.certificate_file, "FRESHET_PROMETHEUS_CERT", "FILE",
      "Client certificate, PEM");
  add("--prometheus-key", access.key_file, "FRESHET_PROMETHEUS_KEY", "FILE", "Its key, PEM");
  add("--prometheus-header", access.headers, "FRESHET_PROMETHEUS_HEADER", "'NAME: VALUE'",
      "Header of every query, as a tenant's X-Scope-OrgID (repeatable)");
  add("--prometheus-matcher", access.matchers, "FRESHET_PROMETHEUS_MATCHER", "MATCHER",
      "Label matcher of every query but users' own checks, as cluster=\"eu-1\" where it holds the "
      "series of several clusters (repeatable)");
  add("--prometheus-header-file", access.headers_file, "FRESHET_PROMETHEUS_HEADER_FILE", "FILE",
      "Likewise, one a line, where a header is a secret");
}

Result<std::unique_ptr<HttpTransport>> connect_prometheus(Context& context,
                                                          PrometheusAccess access) {
  auto opened =
      PrometheusTransport::open(std::move(access), context.sources.read, context.make_transport);
  if (!opened) return opened.error();
  return std::unique_ptr<HttpTransport>(*std::move(opened));
}

Result<std::unique_ptr<PrometheusSource>> prometheus_source(Context& context,
                                                            PrometheusAccess access) {
  auto out = std::make_unique<PrometheusSource>();
  out->options.prometheus_url = access.url;
  out->options.prometheus_matchers = access.matchers;
  auto transport = connect_prometheus(context, std::move(access));
  if (!transport) return transport.error();
  out->transport = *std::move(transport);
  out->source = std::make_unique<MetricsSource>(out->options, *out->transport);
  return out;
}

}  // namespace freshet
