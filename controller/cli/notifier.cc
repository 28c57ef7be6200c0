// Flags, environment and sinks put together.
#include "controller/cli/notifier.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "base/files.h"
#include "base/text.h"
#include "config/notice_template.h"
#include "controller/net/curl_exchanges.h"

namespace freshet {

namespace {

constexpr std::size_t kMaxClusterName = 63;
constexpr std::size_t kMaxSinkCaBytes = 1 << 20;

Status check_cluster_name(const std::string& name) {
  const bool is_good =
      name.size() <= kMaxClusterName &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string::npos;
  if (is_good) return {};
  return bad_input("--cluster-name is " + printable(name, 80) +
                   "; allowed: at most 63 lower-case letters, digits, - and .");
}

Status check_link(const std::string& link) {
  if (link.empty()) return {};
  std::string fault = notice_template_fault(link, PlaceForm::kUrl);
  const bool is_web = link.starts_with("https://") || link.starts_with("http://");
  if (fault.empty() && (!is_web || link.find_first_of(" <>|\"") != std::string::npos)) {
    fault = "it is no URL";
  }
  if (fault.empty()) return {};
  return bad_input("--link-template is " + printable(link, 200) + ": " + fault +
                   "; allowed: a URL with places, as in https://host/{{namespace}}/{{service}}");
}

Result<std::vector<NotificationSink>> sinks_of(const NotificationFlags& flags,
                                               const Context& context) {
  std::vector<NotificationSink> sinks;
  if (!flags.sinks.empty()) {
    auto read = read_notification_sinks(flags.sinks);
    if (!read) return with_context("--notification-sinks", read.error());
    sinks = *std::move(read);
  }
  const auto bound = context.sources.variable("K_SINK");
  if (!bound) return sinks;
  if (std::ranges::find(sinks, kBoundSinkName, &NotificationSink::name) != sinks.end()) {
    return bad_input(std::string("--notification-sinks names a sink ") + kBoundSinkName +
                     ", as the one of K_SINK is called; give it another name");
  }
  auto sink = bound_sink(*bound, context.sources.variable("K_CE_OVERRIDES").value_or(""));
  if (!sink) return sink.error();
  sinks.push_back(*std::move(sink));
  return sinks;
}

// Trusted besides the system's: the file's, and those that a SinkBinding brings along.
Result<std::string> authorities(const NotificationFlags& flags, const Context& context) {
  std::string pem = context.sources.variable("K_CA_CERTS").value_or("");
  if (flags.ca_file.empty()) return pem;
  const auto file = read_file(flags.ca_file, kMaxSinkCaBytes);
  if (!file) return with_context("--notification-ca", file.error());
  return pem + "\n" + *file;
}

}  // namespace

void add_notification_flags(CLI::App& command, NotificationFlags& flags) {
  command.add_option("--notification-sinks", flags.sinks,
                     "File of sinks: who is told how rollouts end and what waits for a person");
  command.add_option("--notification-ca", flags.ca_file, "PEM file trusted for sinks");
  command
      .add_option("--cluster-name", flags.cluster_name,
                  "Which cluster this is, in notifications: for those who hear of several")
      ->envname("FRESHET_CLUSTER_NAME");
  command
      .add_option("--link-template", flags.link,
                  "Where people look, in notifications: a URL with places, as in "
                  "https://grafana/d/x?var-namespace={{namespace}}&var-service={{service}}")
      ->envname("FRESHET_LINK_TEMPLATE");
}

Result<Notifier> make_notifier(const NotificationFlags& flags, const Context& context,
                               Metrics& metrics, const Log& log, const EgressProxy& egress) {
  if (const Status name = check_cluster_name(flags.cluster_name); !name) return name.error();
  if (const Status link = check_link(flags.link); !link) return link.error();
  auto sinks = sinks_of(flags, context);
  if (!sinks) return sinks.error();
  Notifier out;
  if (sinks->empty()) return out;
  NetOptions net;
  net.egress = egress;
  net.addresses.allow_private = true;  // only the operator names them
  auto pem = authorities(flags, context);
  if (!pem) return pem.error();
  net.extra_ca_pem = *std::move(pem);
  auto exchanges = make_curl_exchanges(std::move(net));
  if (!exchanges) return exchanges.error();
  out.exchanges = *std::move(exchanges);
  out.notifications = std::make_unique<Notifications>(
      *std::move(sinks), NoticeSettings{flags.cluster_name, flags.link}, *out.exchanges,
      context.clock, metrics, log);
  const Status files = out.notifications->check_files();
  if (!files) return with_context("--notification-sinks", files.error());
  return out;
}

}  // namespace freshet
