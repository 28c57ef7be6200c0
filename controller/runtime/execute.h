// Execute: carries out one transition. At most one guarded write of the Knative Service (with the
// finalizer before it), then what can be repeated safely: finalizer, status, answered commands,
// Events.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "config/status.h"
#include "controller/kube/client.h"
#include "controller/model/observation.h"
#include "controller/model/transition.h"

namespace freshet {

// A retreat meets a conflict with every status update of Knative; each try costs one GET and one
// PATCH.
inline constexpr int kMaxConflictTries = 30;

enum class WriteOutcome {
  kWritten,  // the API server has it
  kMoved,    // what the decision was made on has changed: decide again
};
// Gets every state of the Service that is read or written on the way, the newest last.
using OnService = std::function<void(const Json& object)>;

// Sends the write with the resourceVersion of a live GET. On 409: same uid, spec and annotation →
// the same decision again at once; else kMoved. A lost reply is resolved by reading. Refused by a
// webhook or policy: the error's message is the server's, word for word.
Result<WriteOutcome> execute_write(KubeClient& client, const ServiceView& decided_on,
                                   const ServiceWrite& write, const OnService& on_service);

// The finalizer of the TrackedService. Nothing is sent when it is as wanted already. Added before
// the first write of the Service: what is deleted without it would leave the Service pinned for
// good. Adding fails where the TrackedService is going or gone; removing from one that is gone does
// not.
Status execute_finalizer(KubeClient& client, const TrackedService& tracked, FinalizerChange change);
// Takes answered command annotations off the TrackedService, each only while its value is still the
// one that was answered.
Status remove_commands(KubeClient& client, const TrackedService& tracked,
                       const std::vector<std::string>& annotations);
Status write_status(KubeClient& client, const ServiceKey& key, const TrackedServiceStatus& status);

// A request that failed so may have been carried out all the same.
bool may_have_arrived(const Error& error);

// True if nothing that the decision was made on has changed: status and resourceVersion may have.
bool same_basis(const ServiceView& decided_on, const ServiceView& live);

}  // namespace freshet
