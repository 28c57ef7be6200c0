// API, server and metrics put together.
#include "controller/cli/api_listener.h"

#include <CLI/CLI.hpp>
#include <random>

#include "base/files.h"
#include "base/text.h"
#include "controller/api/command_body.h"
#include "controller/model/order_proof.h"

namespace freshet {

namespace {

constexpr std::size_t kMaxApiKeyBytes = 4096;
constexpr Duration kRecheckEvery = seconds(1);
constexpr int kApiWorkers = 8;  // each may wait for the API server
constexpr ServerBounds kApiBounds{.body = api::kMaxCommandBody, .workers = kApiWorkers};

std::uint64_t some_chance() {
  std::random_device random;
  return random();
}

ServerHandlers handlers_of(api::Api& api, Metrics& metrics) {
  return {[&api, &metrics](const HttpRequest& request) {
            api::ApiAnswer answer = api.answer(request);
            metrics.count_api_request(answer.response.status);
            return ServerAnswer{std::move(answer.response), std::move(answer.stream)};
          },
          [&metrics](int status, const std::string& message) {
            metrics.count_api_request(status);
            return api::to_answer({status, message});
          }};
}

Controller::Hearing hearing_of(api::Api& api) {
  return {[&api](const std::string& name_space, const WatchEvent& event) {
            api.changes().hear(name_space, event);
          },
          [&api](const ServiceKey& service, const Fact& fact, const std::optional<Core>& core,
                 TimePoint now) { api.changes().hear(service, fact, core, now); }};
}

}  // namespace

void add_api_flags(CLI::App& command, ApiFlags& flags) {
  command.add_option("--api-address", flags.address,
                     "Address of the HTTP API (off without it), as :9082; needs --api-key");
  command.add_option("--api-key", flags.key_file,
                     "File of at least 32 bytes, the same for all replicas: by it commands of the "
                     "API are told from others");
  command.add_option("--api-audience", flags.audiences,
                     "Audience that tokens of the API must be for (repeatable; default: the API "
                     "server's own)");
}

Result<Secret> api_key(const ApiFlags& flags) {
  if (flags.key_file.empty()) {
    if (flags.address.empty()) return Secret();
    return bad_input("--api-address needs --api-key: a file with at least 32 random bytes");
  }
  const auto text = read_file(flags.key_file, kMaxApiKeyBytes);
  if (!text) return with_context("--api-key", text.error());
  const std::string key(trim(*text));
  if (key.size() >= kLeastOrderKeyBytes) return Secret(key);
  return bad_input("--api-key: " + flags.key_file + " has " + std::to_string(key.size()) +
                   " bytes; allowed: at least 32");
}

Result<std::unique_ptr<ApiListener>> ApiListener::start(const ApiFlags& flags, Secret key,
                                                        KubeClient& kube, Controller& controller,
                                                        const Clock& clock, Metrics& metrics,
                                                        const Log& log) {
  auto out = std::make_unique<ApiListener>();
  if (flags.address.empty()) return out;
  out->api_ = std::make_unique<api::Api>(
      kube, clock, log, api::ApiOptions{flags.audiences, std::move(key), some_chance});
  controller.set_hearing(hearing_of(*out->api_));
  out->rechecking_ = std::jthread([&api = *out->api_, &clock](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      api.recheck();
      sleep_for(kRecheckEvery, clock, [&stop] { return stop.stop_requested(); });
    }
  });
  auto server =
      start_http_server(flags.address, clock, kApiBounds, handlers_of(*out->api_, metrics));
  if (!server) return with_context("--api-address", server.error());
  out->server_ = *std::move(server);
  out->address_ =
      flags.address.substr(0, flags.address.rfind(':') + 1) + std::to_string(out->server_->port());
  return out;
}

}  // namespace freshet
