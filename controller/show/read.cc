// Reading tracked services from a cluster.
#include "controller/show/read.h"

#include <map>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/runtime/paths.h"

namespace freshet {
namespace {

constexpr std::size_t kNamesShown = 8;

ServiceKey key_of(const Json& object) {
  const Json& metadata = at_path(object, {"metadata"});
  return {string_or(metadata, "namespace"), string_or(metadata, "name")};
}

// The Knative Service that a TrackedService follows.
ServiceKey followed_key(const Json& tracked) {
  ServiceKey key = key_of(tracked);
  const std::string named = string_or(at_path(tracked, {"spec"}), "service");
  if (!named.empty()) key.name = named;
  return key;
}

Result<ListReply> list_tracked(KubeClient& kube, const std::string& name_space) {
  Result<ListReply> reply = kube.list(tracked_services_path(name_space));
  if (reply || reply.error().kind != ErrorKind::kNotFound) return reply;
  return make_error(ErrorKind::kRefused,
                    "this cluster does not know TrackedService; install it: "
                    "freshet crd | kubectl apply --server-side -f -");
}

Error unknown_service(const std::string& name_space, const std::string& name,
                      const std::vector<std::string>& known) {
  std::string message =
      "no service " + printable(name, 80) + " is tracked in namespace " + name_space;
  if (const auto near = nearest(name, known)) {
    message += "; did you mean " + *near + "?";
  } else if (known.empty()) {
    message += "; none is: freshet track " + printable(name, 80) + " begins";
  } else {
    std::vector<std::string> shown(
        known.begin(),
        known.begin() + static_cast<std::ptrdiff_t>(std::min(known.size(), kNamesShown)));
    if (shown.size() < known.size()) shown.push_back("…");
    message += "; tracked are " + join(shown, ", ");
  }
  return make_error(ErrorKind::kNotFound, std::move(message));
}

}  // namespace

Result<std::vector<ServiceDetail>> read_fleet(KubeClient& kube, const std::string& name_space) {
  const Result<ListReply> tracked = list_tracked(kube, name_space);
  if (!tracked) return tracked.error();
  std::map<ServiceKey, const Json*> services;
  Result<ListReply> listed;
  if (!tracked->items.empty()) listed = kube.list(services_path(name_space));
  if (!listed && listed.error().kind == ErrorKind::kTransient) return listed.error();
  if (listed) {
    for (const Json& service : listed->items) services[key_of(service)] = &service;
  }
  std::map<ServiceKey, ServiceDetail> sorted;
  for (const Json& object : tracked->items) {
    const auto service = services.find(followed_key(object));
    sorted[key_of(object)] =
        make_detail(object, service == services.end() ? nullptr : service->second, {});
  }
  std::vector<ServiceDetail> details;
  for (auto& [key, detail] : sorted) details.push_back(std::move(detail));
  return details;
}

Result<Json> find_tracked(KubeClient& kube, const ServiceKey& key) {
  Result<ServerReply> reply = kube.get(tracked_service_path(key));
  if (reply) return std::move(reply->body);
  if (reply.error().kind != ErrorKind::kNotFound) return reply.error();
  const Result<ListReply> all = list_tracked(kube, key.name_space);
  if (!all) return all.error();
  std::vector<std::string> known;
  for (const Json& object : all->items) {
    if (followed_key(object).name == key.name) return object;
    known.push_back(key_of(object).name);
  }
  return unknown_service(key.name_space, key.name, known);
}

Result<ServiceDetail> read_rest(KubeClient& kube, const Json& tracked) {
  const ServiceKey key = followed_key(tracked);
  const Result<ServerReply> service = kube.get(service_path(key));
  if (!service) {
    // No such Service, or none that may be read: what is tracked is still worth showing.
    if (service.error().kind == ErrorKind::kTransient) return service.error();
    return make_detail(tracked, nullptr, {});
  }
  const std::string selector = "serving.knative.dev/service=" + key.name;
  const Result<ListReply> revisions =
      kube.list(with_query(revisions_path(key.name_space), "labelSelector", selector));
  return make_detail(tracked, &service->body, revisions ? revisions->items : std::vector<Json>{});
}

}  // namespace freshet
