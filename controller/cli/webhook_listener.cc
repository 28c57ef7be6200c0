// Receivers, server and controller put together.
#include "controller/cli/webhook_listener.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "controller/net/curl_transport.h"

namespace freshet {

namespace {

constexpr const char* kUsualWebhookAddress = ":9081";

}  // namespace

void add_webhook_flags(CLI::App& command, WebhookFlags& flags) {
  command.add_option("--webhook-receivers", flags.receivers,
                     "File of receivers: who may say that a tag was pushed, at /hooks/NAME");
  command.add_option("--webhook-address", flags.address,
                     "Address of webhooks (default with --webhook-receivers: :9081)");
}

Result<std::vector<WebhookReceiver>> webhook_receivers(const WebhookFlags& flags) {
  if (!flags.receivers.empty()) {
    auto receivers = read_webhook_receivers(flags.receivers);
    if (!receivers) return with_context("--webhook-receivers", receivers.error());
    return receivers;
  }
  if (flags.address.empty()) return std::vector<WebhookReceiver>{};
  return bad_input("--webhook-address is given without --webhook-receivers: nobody could be heard");
}

Result<std::unique_ptr<WebhookListener>> WebhookListener::start(
    const WebhookFlags& flags, std::vector<WebhookReceiver> receivers, const Clock& clock,
    Controller& controller, Metrics& metrics, const Log& log, std::function<bool()> acts,
    const EgressProxy& egress) {
  auto out = std::make_unique<WebhookListener>();
  if (receivers.empty()) return out;
  NetOptions net;
  net.egress = egress;
  net.addresses.allow_private = true;  // only the operator names them
  auto transport = make_curl_transport(std::move(net));
  if (!transport) return transport.error();
  out->transport_ = *std::move(transport);
  out->webhooks_ = std::make_unique<Webhooks>(
      std::move(receivers), *out->transport_, clock, metrics, log,
      [&controller](const ImageReference& pushed) { return controller.hint(pushed); },
      std::move(acts));
  const Status secrets = out->webhooks_->check_secrets();
  if (!secrets) return secrets.error();
  Webhooks& webhooks = *out->webhooks_;
  const std::string address = flags.address.empty() ? kUsualWebhookAddress : flags.address;
  auto server = start_webhook_server(
      address, clock,
      {[&webhooks](const std::string& path, HttpHeaders headers, std::string body) {
         return webhooks.receive(path, std::move(headers), std::move(body));
       },
       [&webhooks](const std::string& why) { webhooks.refused(why); }, kMaxWebhookBytes});
  if (!server) return with_context("--webhook-address", server.error());
  out->server_ = *std::move(server);
  out->address_ = address.substr(0, address.rfind(':') + 1) + std::to_string(out->server_->port());
  return out;
}

}  // namespace freshet
