// World: the whole simulated world. Requests go in by handle(), time by advance_to().
//
//   sandbox::World world({.seed = 7, .start = now});
//   LocalTransport transport([&](const HttpRequest& request) { return world.handle(request); });
//   world.advance_to(now + seconds(1));
//
// Not thread-safe: who sends from several threads guards handle() and advance_to() with one lock.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/http.h"
#include "base/json.h"
#include "controller/model/names.h"
#include "controller/sandbox/behaviour.h"
#include "controller/sandbox/exposure.h"
#include "controller/sandbox/knative.h"
#include "controller/sandbox/namespaces.h"
#include "controller/sandbox/reviews.h"
#include "controller/sandbox/tekton.h"

namespace freshet::sandbox {

// Who answers. Both schemes are answered; any port.
inline constexpr std::string_view kKubeHost = "kube.sandbox";
inline constexpr std::string_view kPrometheusHost = "prometheus.sandbox";
inline constexpr std::string_view kAdmin = "kubernetes-admin";

struct WorldOptions {
  std::uint64_t seed = 1;
  TimePoint start{};
  Duration scrape_every = seconds(15);
  std::vector<Exposure> metrics = {Exposure::kPushed};
  bool registry_asks_for_token = false;
  // Bearer token → user. Empty: nobody needs a token, and everybody is kAdmin.
  std::map<std::string, std::string> users = {};
  std::vector<Right> rights = {};  // what SubjectAccessReviews say; nobody is held to them here
};

// What a host does instead of answering.
struct Fault {
  int status = 0;  // 0: no answer at all, the connection breaks
  std::string body;
  std::string only = {};        // of the API: only requests counted as this, "PATCH services", or
                                // "services" with whatever verb; "": all
  std::string name_space = {};  // of the API: only requests about this one; "": any
};

class World {
 public:
  explicit World(WorldOptions options);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // An error is a broken connection: a fault, or a host that does not exist.
  Result<HttpResponse> handle(const HttpRequest& request);

  TimePoint now() const { return agenda_.now(); }
  void advance_to(TimePoint time) { agenda_.advance_to(time); }
  // When something happens by itself next; nullopt while nothing is under way.
  std::optional<TimePoint> next_event() const { return agenda_.next(); }

  // `repository` without the registry's name: "shop/checkout".
  Digest push(const std::string& repository, const std::string& tag,
              const ImageBehaviour& behaviour, TimePoint created);
  // The same once more: another digest with the same content.
  std::optional<Digest> rebuild(const std::string& repository, const std::string& tag,
                                const Digest& image, TimePoint created);
  // Its own layer upon the image that `base` names now, which it names as its base.
  std::optional<Digest> rebase(const std::string& repository, const std::string& tag,
                               const Digest& image, const ImageTagName& base, TimePoint created);
  void remove_tag(const std::string& repository, const std::string& tag);
  void move_tag(const std::string& repository, const std::string& tag, const Digest& image);
  // From now on the registry asks for this user and password.
  void demand_login(const std::string& user, const std::string& password);
  // From now on, also in the pods that run it.
  void behave(const Digest& image, const ImageBehaviour& behaviour);

  // As an administrator with kubectl: `object` names its kind. Makes the namespace if it is
  // missing.
  Result<Json> create(const Json& object);
  Result<Json> read(const std::string& path);  // "/apis/…"
  Result<Json> json_patch(const std::string& path, const Json& operations);
  Result<Json> merge_patch(const std::string& path, const Json& patch);
  Result<Json> remove(const std::string& path);
  void compact();  // watches from before are answered 410 from now on
  void keep_history(std::size_t changes) { store_.keep_history(changes); }

  // Told of each change of an object, by whomever it was made.
  void observe(Store::Listener on_change) { store_.set_listener(std::move(on_change)); }

  // What TaskRuns of this Task come to: all of them, or each.
  void define_task(const std::string& task, const TaskBehaviour& behaviour) {
    tekton_.define(task, [behaviour](const Json&) { return behaviour; });
  }
  void define_task(const std::string& task, TaskPlan plan) {
    tekton_.define(task, std::move(plan));
  }
  void set_rate(const ServiceKey& service, double requests_per_second);
  // Nobody asks for anything: what is routed is scaled to zero; and back up when somebody does.
  void rest(const ServiceKey& service);
  void wake(const ServiceKey& service, double requests_per_second);
  // Knative's controllers begin nothing new for so long.
  void stall_knative(Duration lasting) { knative_.stall(now() + lasting); }
  // For so long this share of their writes of Routes meets a conflict.
  void conflict_routes(double share, Duration lasting) {
    knative_.conflict(share, now() + lasting);
  }
  void restart_pods(const ServiceKey& service);         // their counters begin at 0 again
  Program programmed(const ServiceKey& service) const;  // what the ingress does
  // What users got of each Revision since the beginning.
  std::map<std::string, Served> served(const ServiceKey& service);

  // From now on requests are counted by these names; none: they are not scraped.
  void expose(std::vector<Exposure> metrics) { exposures_[now()] = std::move(metrics); }

  void fail(std::string_view host, Fault fault, Duration lasting);

  // How often each "VERB resource" was asked: "PATCH services", "GET trackedservices/status",
  // "WATCH pods". For the API only.
  const std::map<std::string, std::int64_t>& requests() const { return requests_; }

 private:
  struct ActiveFault {
    Fault fault;
    TimePoint until{};
  };
  const Fault* fault_of(const HttpRequest& request, const Url& url) const;
  Result<HttpResponse> route(const HttpRequest& request, const Url& url);
  HttpResponse kube(const HttpRequest& request, const Url& url);
  Result<Json> as_admin(const std::string& method, const std::string& path,
                        const std::string& media_type, const Json& body);

  WorldOptions options_;
  Agenda agenda_;
  Dice dice_;
  Store store_;
  ApiServer api_;
  ImageRegistry registry_;
  Users users_;
  Exposures exposures_;
  Namespaces namespaces_;
  Knative knative_;
  Tekton tekton_;
  std::map<std::string, ActiveFault, std::less<>> faults_;
  std::map<std::string, std::int64_t> requests_;
};

}  // namespace freshet::sandbox
