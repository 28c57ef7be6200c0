// The controller over real sockets.
#include "tests/bench/control_rig.h"

namespace freshet {
namespace {

constexpr std::string_view kRegistryUrl = "https://registry.sandbox";

// Registries are told by the images' names: what is meant for the sandbox's goes to the server.
class ToServer final : public HttpExchanges {
 public:
  ToServer(std::unique_ptr<HttpExchanges> inner, std::string server)
      : inner_(std::move(inner)), server_(std::move(server)) {}

  void start(std::uint64_t id, HttpRequest request) override {
    if (request.url.starts_with(kRegistryUrl)) request.url.replace(0, kRegistryUrl.size(), server_);
    inner_->start(id, std::move(request));
  }
  std::vector<EndedExchange> wait(Duration at_most) override { return inner_->wait(at_most); }
  void wake() override { inner_->wake(); }

 private:
  std::unique_ptr<HttpExchanges> inner_;
  std::string server_;
};

}  // namespace

ControlRig::ControlRig(int port, ControllerOptions options) {
  const std::string server = "http://127.0.0.1:" + std::to_string(port);
  options.prometheus_url = server;
  NetOptions net;
  net.addresses.allow_private = true;
  registry_ = std::make_unique<ToServer>(std::move(*make_curl_exchanges(net)), server);
  net.stop = [this] { return stopping_.load(); };
  kube_transport_ = std::move(*make_curl_transport(net));
  prometheus_ = std::move(*make_curl_transport(net));
  kube_ = std::make_unique<KubeClient>(*kube_transport_, tokens_, clock_,
                                       KubeClientOptions{.server = server});
  const int workers = options.workers;
  controller_ = std::make_unique<Controller>(std::move(options),
                                             Connections{*kube_, *registry_, *prometheus_}, clock_,
                                             metrics_, [](const LogLine&) {});
  watches_ = std::make_unique<Watches>(*kube_, clock_, *controller_, std::vector<std::string>{},
                                       minutes(5), [this] { return random(); });
  running_ = std::jthread([this, workers] {
    run_until_stopped(*watches_, *controller_, clock_, workers,
                      [this] { return stopping_.load(); });
  });
}

ControlRig::~ControlRig() { stopping_ = true; }

double ControlRig::random() {
  const std::lock_guard lock(random_mutex_);
  return std::uniform_real_distribution<double>(0, 1)(engine_);
}

int ControlRig::told(const std::string& words) {
  const std::string text = metrics_.render(clock_.now());
  int count = 0;
  for (auto at = text.find(words); at != text.npos; at = text.find(words, at + 1)) ++count;
  return count;
}

}  // namespace freshet
