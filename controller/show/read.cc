// Reading tracked services from a cluster.
#include "controller/show/read.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

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

// The path of TrackedServices is answered 404 where they are not installed.
Error explained(const Error& error) {
  if (error.kind != ErrorKind::kNotFound) return error;
  return make_error(ErrorKind::kRefused,
                    "this cluster does not know TrackedService; install it: "
                    "freshet crd | kubectl apply --server-side -f -");
}

Result<ListReply> list_tracked(KubeClient& kube, const std::string& name_space) {
  return kube.list(tracked_services_path(name_space)).map_error(explained);
}

using LeftOut = std::vector<std::string_view>;

Status list_each_item(KubeClient& kube, const std::string& path, const LeftOut& leave_out,
                      const std::function<void()>& begin,
                      const std::function<void(Json&)>& on_item) {
  begin();
  auto end = kube.list_each(path, on_item, leave_out);
  if (!end && end.error().kind == ErrorKind::kGone) {
    begin();
    end = kube.list_each(path, on_item, leave_out);
  }
  if (!end) return end.error();
  return {};
}

// What forms of many services show of a Knative Service: of ten thousand no more is kept.
Json shown_part(Json& service) {
  Json out = {{"apiVersion", string_or(service, "apiVersion")},
              {"kind", string_or(service, "kind")},
              {"spec", {{"template", Json::object()}}},
              {"status", {{"traffic", at_path(service, {"status", "traffic"})}}}};
  const Json& metadata = at_path(service, {"metadata"});
  const std::string core(kCoreAnnotation);
  out["metadata"] = {{"name", string_or(metadata, "name")},
                     {"namespace", string_or(metadata, "namespace")},
                     {"uid", string_or(metadata, "uid")},
                     {"resourceVersion", string_or(metadata, "resourceVersion")},
                     {"annotations", Json::object()}};
  const std::string text = string_or(at_path(metadata, {"annotations"}), core);
  if (!text.empty()) out["metadata"]["annotations"][core] = text;
  return out;
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

Status read_each(KubeClient& kube, const std::string& name_space, FleetPart part,
                 const std::function<void()>& begin,
                 const std::function<void(ServiceDetail)>& on_detail) {
  std::map<ServiceKey, Json> services;
  if (part != FleetPart::kTrackedAlone) {
    const Status read = list_each_item(
        kube, services_path(name_space), {"managedFields", "spec", "conditions"},
        [&] { services.clear(); },
        [&](Json& service) { services[key_of(service)] = shown_part(service); });
    if (!read && read.error().kind == ErrorKind::kTransient) return read;
  }
  LeftOut leave_out{"managedFields", "evidence"};
  if (part != FleetPart::kWhole) leave_out.push_back("history");
  return list_each_item(kube, tracked_services_path(name_space), leave_out, begin,
                        [&](const Json& tracked) {
                          const auto service = services.find(followed_key(tracked));
                          const bool known = service != services.end();
                          on_detail(make_detail(tracked, known ? &service->second : nullptr, {}));
                        })
      .map_error(explained);
}

Result<std::vector<ServiceDetail>> read_fleet(KubeClient& kube, const std::string& name_space) {
  std::vector<ServiceDetail> details;
  const Status read = read_each(
      kube, name_space, FleetPart::kWhole, [&] { details.clear(); },
      [&](ServiceDetail detail) { details.push_back(std::move(detail)); });
  if (!read) return read.error();
  std::ranges::sort(details, {}, [](const ServiceDetail& detail) {
    return std::tie(detail.tracked.name_space, detail.tracked.name);
  });
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
