// Reading tracked services from a cluster.
#include "controller/show/read.h"

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/text.h"
#include "controller/knative/views.h"
#include "controller/runtime/paths.h"

namespace freshet {
namespace {

constexpr std::size_t kNamesShown = 8;
constexpr std::size_t kMaxPagesAtOnce = 4;

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

// Once more from the beginning where the list could not be gone on with.
Status list_all(KubeClient& kube, const std::string& path, FleetPart part,
                const LeftOutMembers& leave_out, const std::function<void()>& begin,
                const KubeClient::WorkOnPage& work) {
  // All of everything is for programs, also of the controller, which leaves cores to others.
  const std::size_t at_once = part == FleetPart::kWhole ? 1 : kMaxPagesAtOnce;
  begin();
  auto end = kube.list_pages(path, work, at_once, leave_out);
  if (!end && end.error().kind == ErrorKind::kGone) {
    begin();
    end = kube.list_pages(path, work, at_once, leave_out);
  }
  if (!end) return end.error();
  return {};
}

// Turns each item into a value on another thread; `on_value` is called on this one.
template <class Value>
KubeClient::WorkOnPage turn(std::function<Value(const Json&)> into,
                            std::function<void(Value&)> on_value) {
  return [=](const Json& items) {
    auto values = std::make_shared<std::vector<Value>>();
    values->reserve(items.size());
    for (const Json& item : items) values->push_back(into(item));
    return [=] { std::ranges::for_each(*values, on_value); };
  };
}

// What is shown of a Knative Service among many.
ServiceView shown_part(const Json& service) {
  ServiceView view;
  view.key = key_of(service);
  const Json& metadata = at_path(service, {"metadata"});
  view.uid = Uid(string_or(metadata, "uid"));
  view.resource_version = string_or(metadata, "resourceVersion");
  const std::string core(kCoreAnnotation);
  const std::string text = string_or(at_path(metadata, {"annotations"}), core);
  if (!text.empty()) view.annotations[core] = text;
  view.observed_traffic = traffic_from_json(at_path(service, {"status", "traffic"}));
  return view;
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

LeftOutMembers left_out_for(FleetPart part) {
  // The keys of digests are the names of containers.
  LeftOutMembers out{{"managedFields", "evidence"}, "digests"};
  auto& names = out.names;
  if (part == FleetPart::kWhole) return out;
  names.insert(names.end(), {"history", "confirmed", "content", "creationTimestamp", "finalizers",
                             "lastTransitionTime", "observedGeneration", "undelivered"});
  if (part == FleetPart::kTrackedAlone) return out;
  names.insert(names.end(), {"created", "exposed", "firstSeen", "origin", "pushed"});
  return out;
}

Status read_each(KubeClient& kube, const std::string& name_space, FleetPart part,
                 const std::function<void()>& begin,
                 const std::function<void(ServiceDetail)>& on_detail) {
  std::map<ServiceKey, ServiceView> services;
  if (part != FleetPart::kTrackedAlone) {
    const Status read = list_all(
        kube, services_path(name_space), part,
        {{"managedFields", "spec", "conditions", "address", "labels"}}, [&] { services.clear(); },
        turn<ServiceView>(shown_part, [&](ServiceView& view) {
          services.emplace_hint(services.end(), view.key, std::move(view));
        }));
    if (!read && read.error().kind == ErrorKind::kTransient) return read;
  }
  const auto detail_of = [&](const Json& tracked) {
    const auto service = services.find(followed_key(tracked));
    return make_detail(tracked, service == services.end() ? nullptr : &service->second);
  };
  return list_all(kube, tracked_services_path(name_space), part, left_out_for(part), begin,
                  turn<ServiceDetail>(detail_of,
                                      [&](ServiceDetail& detail) { on_detail(std::move(detail)); }))
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
