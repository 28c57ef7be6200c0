// The controller as `freshet controller` runs it, talking to a server on the loopback interface.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>

#include "controller/kube/client.h"
#include "controller/net/curl_exchanges.h"
#include "controller/net/curl_transport.h"
#include "controller/runtime/controller.h"
#include "controller/runtime/run.h"

namespace freshet {

class ControlRig {
 public:
  ControlRig(int port, ControllerOptions options);
  ~ControlRig();  // stops it
  ControlRig(const ControlRig&) = delete;
  ControlRig& operator=(const ControlRig&) = delete;

  bool in_sync() const { return watches_->in_sync(); }
  Controller& controller() { return *controller_; }
  Metrics& metrics() { return metrics_; }
  int watches() const { return static_cast<int>(watches_->all().size()); }
  // How often these words stand in what its metrics tell.
  int told(const std::string& words);

 private:
  double random();

  SystemClock clock_;
  Metrics metrics_;
  std::atomic<bool> stopping_ = false;
  std::unique_ptr<HttpTransport> kube_transport_;
  std::unique_ptr<HttpTransport> prometheus_;
  std::unique_ptr<HttpExchanges> registry_;
  TokenSource tokens_{Secret("t")};
  std::unique_ptr<KubeClient> kube_;
  std::unique_ptr<Controller> controller_;
  std::mutex random_mutex_;
  std::mt19937_64 engine_{1};
  std::unique_ptr<Watches> watches_;
  std::jthread running_;
};

}  // namespace freshet
