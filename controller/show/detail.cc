// What is shown about one tracked service, from the API's objects.
#include "controller/show/detail.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/knative/views.h"

namespace freshet {
namespace {

std::optional<Core> read(const std::optional<std::string>& text) {
  const CoreRead found = read_core(text);
  if (const auto* core = std::get_if<Core>(&found)) return *core;
  return std::nullopt;
}

std::optional<Core> core_of(const ServiceDetail& detail) {
  if (detail.service) {
    const auto annotation = detail.service->annotations.find(std::string(kCoreAnnotation));
    if (annotation != detail.service->annotations.end()) {
      std::optional<Core> core = read(annotation->second);
      if (core && core->service == detail.service->uid) return core;
    }
  }
  if (detail.status.core.empty()) return std::nullopt;
  return read(detail.status.core);
}

// What people wrote, which is little beside what the controller reports.
Json without_status(const Json& tracked) {
  Json out = Json::object();
  for (const auto& [name, value] : tracked.items()) {
    if (name != "status") out[name] = value;
  }
  return out;
}

}  // namespace

ServiceDetail make_detail(const Json& tracked, const ServiceView* service) {
  ServiceDetail detail;
  ParsedTrackedService parsed = parse_tracked_service_json(without_status(tracked));
  detail.tracked = std::move(parsed.object);
  detail.problems = std::move(parsed.problems);
  detail.status = status_from_json(at_path(tracked, {"status"}));
  if (service != nullptr) detail.service = *service;
  detail.core = core_of(detail);
  return detail;
}

ServiceDetail make_detail(const Json& tracked, const Json* service,
                          const std::vector<Json>& revisions) {
  const Result<ServiceView> view = service_view(service != nullptr ? *service : Json());
  ServiceDetail detail = make_detail(tracked, view ? &*view : nullptr);
  for (const Json& revision : revisions) {
    if (auto one = revision_view(revision)) detail.revisions.push_back(std::move(*one));
  }
  return detail;
}

std::string service_name(const ServiceDetail& detail) {
  const std::string& named = detail.tracked.spec.service;
  return named.empty() ? detail.tracked.name : named;
}

const RevisionView* find_revision(const ServiceDetail& detail, const std::string& name) {
  for (const RevisionView& revision : detail.revisions) {
    if (revision.name.get() == name) return &revision;
  }
  return nullptr;
}

std::string short_digests(const DigestTexts& digests) {
  std::vector<std::string> parts;
  for (const auto& [container, text] : digests) {
    const Result<Digest> digest = Digest::parse(text);
    const std::string shown = digest ? digest->short_form() : printable(text, 20);
    parts.push_back(digests.size() == 1 ? shown : container + "=" + shown);
  }
  return join(parts, ",");
}

std::string newest_digest(const ServiceDetail& detail) {
  DigestTexts newest;
  for (const SeenTag& tag : detail.status.tags) {
    if (const SeenDigest* named = named_by(tag)) newest[tag.image] = named->digest;
  }
  return short_digests(newest);
}

}  // namespace freshet
