// What the watches have told so far, parsed once: TrackedServices, Knative Services, Revisions.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "config/parse.h"
#include "config/status.h"
#include "controller/kube/watch_lines.h"
#include "controller/model/observation.h"

namespace freshet {

enum class Kind { kTrackedService, kService, kRevision };

struct CachedTracked {
  TrackedService object;
  std::vector<Problem> problems;  // of its spec; none: it is valid
  TrackedServiceStatus status;
};

// Thread-safe. Objects are put by watches and by the replies to our own writes; one that is older
// than what is known (by resourceVersion, which counts up within a kind) changes nothing, so that a
// write is read back at once.
class Cache {
 public:
  // Each returns the TrackedServices that the change concerns. replace_all: after a new list of one
  // kind; what is not among `items` is gone.
  std::vector<ServiceKey> replace_all(Kind kind, const std::vector<JsonPtr>& items);
  std::vector<ServiceKey> put(Kind kind, const Json& object);
  std::vector<ServiceKey> remove(Kind kind, const Json& object);

  std::optional<CachedTracked> tracked(const ServiceKey& key) const;
  std::optional<ServiceView> service(const ServiceKey& key) const;
  std::map<RevisionName, RevisionView> revisions(const ServiceKey& service) const;
  // All that track this Knative Service.
  std::vector<CachedTracked> trackers(const ServiceKey& service) const;
  std::vector<ServiceKey> all_tracked() const;
  std::string problem(const ServiceKey& service) const;  // the Service could not be read: why

 private:
  struct Revisions {
    std::map<RevisionName, RevisionView> views;
    std::map<RevisionName, std::int64_t> versions;
  };
  std::vector<ServiceKey> put_tracked(const Json& object);
  std::vector<ServiceKey> put_service(const Json& object);
  std::vector<ServiceKey> put_revision(const Json& object);
  std::vector<ServiceKey> remove_tracked(const ServiceKey& key);
  std::vector<ServiceKey> remove_service(const ServiceKey& key);
  std::vector<ServiceKey> remove_revision(const ServiceKey& service, const RevisionName& name);
  std::vector<ServiceKey> remove_others(Kind kind, const std::vector<JsonPtr>& kept);
  std::vector<ServiceKey> tracker_keys(const ServiceKey& service) const;  // mutex_ held

  mutable std::mutex mutex_;
  std::map<ServiceKey, CachedTracked> tracked_;
  std::map<ServiceKey, std::set<std::string>> trackers_;  // Service → names of TrackedServices
  std::map<ServiceKey, ServiceView> services_;
  std::map<ServiceKey, std::string> problems_;
  std::map<ServiceKey, Revisions> revisions_;
};

}  // namespace freshet
