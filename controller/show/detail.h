// ServiceDetail: everything that is shown about one tracked service, as one value.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "config/parse.h"
#include "config/status.h"
#include "controller/model/observation.h"

namespace freshet {

struct ServiceDetail {
  TrackedService tracked;
  std::vector<Problem> problems;  // of its spec; none: it is valid
  TrackedServiceStatus status;
  std::optional<ServiceView> service;   // the Knative Service; nullopt: none, or not readable
  std::vector<RevisionView> revisions;  // of that Service, as far as they were asked for
  std::optional<Core> core;             // from the Service's annotation, else the mirror in status

  bool operator==(const ServiceDetail&) const = default;
};

// From objects as the API returns them; `service` null: there is none.
ServiceDetail make_detail(const Json& tracked, const Json* service,
                          const std::vector<Json>& revisions);
ServiceDetail make_detail(const Json& tracked, const ServiceView* service);

std::string service_name(const ServiceDetail& detail);  // of the Knative Service that is followed
const RevisionView* find_revision(const ServiceDetail& detail, const std::string& name);

// Digests as texts, container → "sha256:…": as status keeps them.
using DigestTexts = std::map<std::string, std::string>;
// "9c1e4a7b2f30", or "app=9c1e4a7b2f30,proxy=…" where there are several; "" for none.
std::string short_digests(const DigestTexts& digests);
// The digests that the followed tags name now, by the controller's last look; "" for none.
std::string newest_digest(const ServiceDetail& detail);

}  // namespace freshet
