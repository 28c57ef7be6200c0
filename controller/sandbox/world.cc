// Hosts, callers and faults of the simulated world.
#include "controller/sandbox/world.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "controller/sandbox/prometheus.h"
#include "controller/sandbox/traffic_rules.h"
#include "controller/sandbox/webhook.h"

namespace freshet::sandbox {
namespace {

constexpr std::string_view kBearer = "Bearer ";

// The caller's name; nullopt: not let in.
std::optional<std::string> caller(const HttpRequest& request, const WorldOptions& options) {
  if (options.users.empty()) return std::string(kAdmin);
  const std::string sent = find_header(request.headers, "Authorization").value_or("");
  if (!sent.starts_with(kBearer)) return std::nullopt;
  const auto found = options.users.find(sent.substr(kBearer.size()));
  if (found == options.users.end()) return std::nullopt;
  return found->second;
}

std::string counted_as(const HttpRequest& request, const std::string& target) {
  const auto parsed = parse_target(target);
  if (!parsed) return request.method + " ?";
  const bool watches = parsed->query.contains("watch");
  std::string text = (watches ? "WATCH" : request.method) + " " + std::string(parsed->kind->plural);
  if (!parsed->subresource.empty()) text += "/" + parsed->subresource;
  return text;
}

}  // namespace

World::World(WorldOptions options)
    : options_(std::move(options)),
      agenda_(options_.start),
      dice_(options_.seed),
      api_(store_, agenda_, options_.seed),
      users_(options_.seed, options_.scrape_every),
      exposures_{{options_.start, options_.metrics}},
      namespaces_(store_, agenda_, api_),
      knative_(Cluster{store_, agenda_, api_, registry_, users_, dice_}),
      tekton_(store_, agenda_) {
  if (options_.registry_asks_for_token) registry_.ask_for_token();
  api_.set_schema(kServices, prune_traffic);
  api_.set_admission(kServices, admit_service);
  api_.set_admission(kRevisions, [](const Json& old, Json& object, const std::string&) {
    return admit_revision(old, object);
  });
  api_.set_admission(kNamespaces, [](const Json& old, Json& object, const std::string&) {
    return Namespaces::admit(old, object);
  });
  api_.set_listener(kNamespaces,
                    [this](const ObjectKey& key, const Json& old, const Json& written) {
                      namespaces_.written(key, old, written);
                    });
  api_.set_listener(kServices, [this](const ObjectKey& key, const Json& old, const Json& written) {
    knative_.service_written(key, old, written);
  });
  api_.set_listener(kTaskRuns, [this](const ObjectKey& key, const Json& old, const Json& written) {
    tekton_.written(key, old, written);
  });
  api_.set_listener(kRevisions, [this](const ObjectKey& key, const Json& old, const Json& written) {
    knative_.revision_written(key, old, written);
  });
}

Result<HttpResponse> World::handle(const HttpRequest& request) {
  const auto url = parse_url(request.url);
  if (!url) return url.error();
  if (const Fault* fault = fault_of(request, *url)) {
    if (fault->status != 0) return HttpResponse{fault->status, {}, fault->body};
    return make_error(ErrorKind::kTransient, url->host + ": connection reset by peer");
  }
  auto answer = route(request, *url);
  if (answer) answer->headers.push_back({"Date", format_http_date(now())});
  return answer;
}

const Fault* World::fault_of(const HttpRequest& request, const Url& url) const {
  const auto found = faults_.find(url.host);
  if (found == faults_.end() || now() >= found->second.until) return nullptr;
  const Fault& fault = found->second.fault;
  const std::string within = "/namespaces/" + fault.name_space + "/";
  if (!fault.name_space.empty() && url.target.find(within) == std::string::npos) return nullptr;
  const std::string as = counted_as(request, url.target);
  const bool is_meant = fault.only.empty() || fault.only == as || as.ends_with(" " + fault.only);
  return is_meant ? &fault : nullptr;
}

Result<HttpResponse> World::route(const HttpRequest& request, const Url& url) {
  if (url.host == kKubeHost) return kube(request, url);
  if (url.host == kRegistryHost) {
    return registry_.handle(request, url.scheme + "://" + url.host, url.target, now());
  }
  if (url.host == kPrometheusHost) {
    return prometheus_answer(users_, exposures_, request, url.target, now());
  }
  if (auto answer = knative_.answer_at(url.host)) return *std::move(answer);
  return make_error(ErrorKind::kTransient, url.host + ": no such host in the sandbox");
}

HttpResponse World::kube(const HttpRequest& request, const Url& url) {
  const auto user = caller(request, options_);
  if (!user) return to_response(unauthorized());
  if (auto review = answer_review({options_.users, options_.rights}, request, url.target)) {
    return *std::move(review);
  }
  ++requests_[counted_as(request, url.target)];
  return api_.handle(request, url.target, *user);
}

Digest World::push(const std::string& repository, const std::string& tag,
                   const ImageBehaviour& behaviour, TimePoint created) {
  return registry_.push(repository, tag, behaviour, created);
}

std::optional<Digest> World::rebuild(const std::string& repository, const std::string& tag,
                                     const Digest& image, TimePoint created) {
  return registry_.rebuild(repository, tag, image, created);
}

std::optional<Digest> World::rebase(const std::string& repository, const std::string& tag,
                                    const Digest& image, const ImageTagName& base,
                                    TimePoint created) {
  return registry_.rebase(repository, tag, image, base, created);
}

void World::remove_tag(const std::string& repository, const std::string& tag) {
  registry_.remove_tag(repository, tag);
}

void World::move_tag(const std::string& repository, const std::string& tag, const Digest& image) {
  registry_.move_tag(repository, tag, image);
}

void World::demand_login(const std::string& user, const std::string& password) {
  registry_.demand_login(user, password);
}

void World::behave(const Digest& image, const ImageBehaviour& behaviour) {
  registry_.behave(image, behaviour);
  knative_.behave(image, behaviour);
}

Result<Json> World::as_admin(const std::string& method, const std::string& path,
                             const std::string& media_type, const Json& body) {
  HttpRequest request;
  request.method = method;
  request.headers = {{"Content-Type", media_type}};
  if (!body.is_null()) request.body = dump_json(body);
  const HttpResponse answer = api_.handle(request, path, std::string(kAdmin));
  if (answer.status / 100 != 2) return http_error(method + " " + path, answer, now());
  return parse_json(answer.body, kMaxReplyBytes);
}

Result<Json> World::create(const Json& object) {
  const Kind* kind = find_kind(string_or(object, "apiVersion"), string_or(object, "kind"));
  if (kind == nullptr) return bad_input("the sandbox does not serve this kind of object");
  const std::string root =
      kind->group.empty() ? "/api/" + kind->api_version() : "/apis/" + kind->api_version();
  if (!kind->is_namespaced) {
    return as_admin("POST", fmt::format("{}/{}", root, kind->plural), "application/json", object);
  }
  const std::string space = string_or(at_path(object, {"metadata"}), "namespace", "default");
  if (!store_.find(kNamespaces, {"", space})) {
    const Json made = {
        {"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", space}}}};
    if (auto done = create(made); !done) return done;
  }
  return as_admin("POST",
                  fmt::format("{}/namespaces/{}/{}", root, percent_encode(space), kind->plural),
                  "application/json", object);
}

Result<Json> World::read(const std::string& path) { return as_admin("GET", path, "", Json()); }

Result<Json> World::json_patch(const std::string& path, const Json& operations) {
  return as_admin("PATCH", path, "application/json-patch+json", operations);
}

Result<Json> World::merge_patch(const std::string& path, const Json& patch) {
  return as_admin("PATCH", path, "application/merge-patch+json", patch);
}

Result<Json> World::remove(const std::string& path) { return as_admin("DELETE", path, "", Json()); }

void World::compact() { store_.compact(); }

void World::set_rate(const ServiceKey& service, double requests_per_second) {
  users_.set_rate(service, requests_per_second, now());
}

void World::rest(const ServiceKey& service) {
  set_rate(service, 0);
  knative_.rest(service, true);
}

void World::wake(const ServiceKey& service, double requests_per_second) {
  knative_.rest(service, false);
  set_rate(service, requests_per_second);
}

void World::restart_pods(const ServiceKey& service) { users_.restart_all(service, now()); }

Program World::programmed(const ServiceKey& service) const { return users_.program(service); }

std::map<std::string, Served> World::served(const ServiceKey& service) {
  return users_.served(service, now());
}

void World::fail(std::string_view host, Fault fault, Duration lasting) {
  faults_[std::string(host)] = {std::move(fault), now() + lasting};
}

}  // namespace freshet::sandbox
