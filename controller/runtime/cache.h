// What the watches have told so far, parsed once: TrackedServices, Knative Services, Revisions.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "config/parse.h"
#include "config/status.h"
#include "controller/model/observation.h"
#include "controller/runtime/heard_cores.h"
#include "controller/runtime/queue.h"

namespace freshet {

enum class Kind { kTrackedService, kService, kRevision };

struct CachedTracked {
  TrackedService object;
  std::vector<Problem> problems;  // of its spec; none: it is valid
  // Of an invalid one: the last spec that was valid, if one was seen. Never changed, so that passes
  // may share it.
  std::shared_ptr<const TrackedServiceSpec> last_good_spec;
  std::string mirror;  // status.core

  ServiceKey service() const { return {object.name_space, object.spec.service}; }
};

// Thread-safe. Objects are put by watches and by the replies to our own writes; one that is older
// than what is known (by resourceVersion, which counts up within a kind) changes nothing, so that a
// write is read back at once; unless a list is of a later state all the same (a restored backup).
class Cache {
 public:
  // Hears what status has of tags, before the first pass over what they are of.
  using OnTags = std::function<void(const std::vector<SeenTag>&)>;
  explicit Cache(HeardCores::OnCore on_core = {}, OnTags on_tags = {})
      : cores_(std::move(on_core)), on_tags_(std::move(on_tags)) {}

  // Each returns the TrackedServices that the change concerns. keep_only: at the end of a new list
  // of one kind in this namespace ("": in all); what is not among `present` ("namespace/name") is
  // gone.
  std::vector<ServiceKey> keep_only(Kind kind, const std::string& name_space,
                                    const std::set<std::string>& present);
  std::vector<ServiceKey> put(Kind kind, const Json& object);
  // Of a list: what is known in this very version concerns nobody. When a list has expired, ten
  // thousand services are not looked at anew for the few that have changed meanwhile.
  // `until` as of known_until(): what is known of that version or an older one gives way as well.
  std::vector<ServiceKey> put_listed(Kind kind, const Json& object, std::int64_t until);
  std::vector<ServiceKey> remove(Kind kind, const Json& object);

  std::optional<CachedTracked> tracked(const ServiceKey& key) const;
  std::optional<ServiceView> service(const ServiceKey& key) const;
  std::map<RevisionName, RevisionView> revisions(const ServiceKey& service) const;
  // The TrackedServices that a policy binds; of "": every namespace.
  std::vector<ServiceKey> bound_by(const Policy& policy, const std::string& name_space) const;
  // The name of the oldest TrackedService of this Knative Service; "": there is none.
  std::string oldest_tracker(const ServiceKey& service) const;
  // Status as it stood before the first pass over this object. It is wanted once, and from then on
  // not kept: what was written since is remembered by who wrote it.
  TrackedServiceStatus take_status(const ServiceKey& key);
  // How much hangs on the next pass over this TrackedService, by what its Service's core says and
  // by the commands that wait: what there is to go by before the first pass.
  Priority priority(const ServiceKey& tracked) const;
  std::string problem(const ServiceKey& service) const;  // the Service could not be read: why

 private:
  struct Revisions {
    std::map<RevisionName, RevisionView> views;
    std::map<RevisionName, std::int64_t> versions;
  };
  bool knows(Kind kind, const Json& object) const;
  std::vector<ServiceKey> put_read(Kind kind, const Json& object, std::int64_t until);
  std::vector<ServiceKey> put_tracked(const Json& object, std::int64_t until);
  std::vector<ServiceKey> put_service(const Json& object, std::int64_t until);
  std::vector<ServiceKey> put_revision(const Json& object, std::int64_t until);
  std::vector<ServiceKey> remove_tracked(const ServiceKey& key);
  std::vector<ServiceKey> remove_service(const ServiceKey& key);
  std::vector<ServiceKey> remove_revision(const ServiceKey& service, const RevisionName& name);
  std::vector<ServiceKey> tracker_keys(const ServiceKey& service) const;  // mutex_ held

  // mutex_ held
  bool is_tracked(const ServiceKey& service) const;
  bool is_left(const ServiceKey& service) const;              // all that track it are being deleted
  const ServiceView* known(const ServiceKey& service) const;  // null where it is not tracked

  HeardCores cores_;  // mutex_ held
  const OnTags on_tags_;
  mutable std::mutex mutex_;
  std::map<ServiceKey, CachedTracked> tracked_;
  std::map<ServiceKey, TrackedServiceStatus> untaken_;    // take_status()
  std::map<ServiceKey, std::set<std::string>> trackers_;  // Service → names of TrackedServices
  std::map<ServiceKey, ServiceView> services_;
  std::map<ServiceKey, Priority> priorities_;  // of Services, but for kRest
  std::map<ServiceKey, std::string> problems_;
  std::map<ServiceKey, Revisions> revisions_;
};

}  // namespace freshet
