// The API beside the controller of production in a simulated cluster: one tracked Service, and
// callers of several roles.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "controller/api/api.h"
#include "controller/net/local_transport.h"
#include "tests/simulation/tracked_shop.h"

namespace freshet::api {

inline const std::string kOrderKey = "canary-3f1c-0123456789-0123456789";
inline const std::string kPath = "/api/v1/services/shop/checkout";

struct Reply {
  int status = 0;
  Json body;
  HttpHeaders headers;
  std::string code() const;  // of an error
};

// Vera views, Olga may promote, Otto give every command, Edda edits (patch), Nora may nothing, nor
// may one and two, ServiceAccounts of the namespace bank.
class ApiBed {
 public:
  explicit ApiBed(std::vector<std::string> audiences = {});

  Reply ask(const std::string& method, const std::string& target, const std::string& user = "",
            const std::string& body = "", const std::string& type = "application/json");
  Reply get(const std::string& target, const std::string& user) { return ask("GET", target, user); }
  Reply order(const std::string& verb, const std::string& user, const std::string& body = "") {
    return ask("POST", kPath + "/commands/" + verb, user, body);
  }
  Stream listen(const std::string& target, const std::string& user);
  Api& api() { return api_; }
  // The answer to a command once it has one.
  Json answer_to(const Reply& ordered);
  Json tracked();
  void annotate(const std::string& verb, const std::string& text);
  std::string annotation(const std::string& verb);
  void run_for(Duration d);
  void set_wall_ahead(Duration by) { wall_.set_ahead = by; }  // of the API, not of its client
  std::string events();                                       // all messages of Events

  std::string log;
  std::map<std::string, int> sent;  // requests of the API by path
  bool is_reachable = true;         // the API server
  std::string revoked;              // whose token is taken for nobody's from now on
  TrackedShop shop;

 private:
  HttpRequest request_of(const std::string& method, const std::string& target,
                         const std::string& user) const;
  class ShopClock final : public Clock {
   public:
    explicit ShopClock(TrackedShop& shop) : shop_(shop) {}
    TimePoint now() const override { return shop_.cluster().now() + set_ahead; }
    Duration monotonic() const override { return shop_.cluster().now().time_since_epoch(); }
    Duration set_ahead{};

   private:
    TrackedShop& shop_;
  };
  ShopClock clock_{shop};
  ShopClock wall_{shop};
  LocalTransport transport_;
  TokenSource tokens_;
  KubeClient kube_;
  std::uint64_t chance_ = 0;
  Api api_;
};

}  // namespace freshet::api
