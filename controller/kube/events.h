// Kubernetes Events: what people see under "kubectl describe".
#pragma once

#include <string>

#include "base/json.h"
#include "base/time.h"
#include "controller/kube/client.h"

namespace freshet {

inline constexpr std::size_t kMaxEventMessageBytes = 1024;  // the API refuses longer ones
inline constexpr std::size_t kMaxEventReasonBytes = 128;

struct EventTarget {
  std::string api_version;
  std::string kind;
  std::string name_space;
  std::string name;
  std::string uid;
  std::string resource_version;  // may be empty
  bool operator==(const EventTarget&) const = default;
};

struct KubeEvent {
  EventTarget about;
  bool is_warning = false;
  std::string reason;   // one CamelCase word
  std::string message;  // a sentence
  // Tells two occasions of the same sentence apart ("seq 12"); equal ones become one Event.
  std::string occasion;
  bool operator==(const KubeEvent&) const = default;
};

// Deterministic: the same event has the same name, so that a repetition after a crash, or by a
// second replica, is answered "already exists" instead of being told twice.
std::string event_name(const KubeEvent& event);
Json event_object(const KubeEvent& event, TimePoint now);  // core/v1 Event

// Best effort: an Event that is there already is success, and nothing may depend on an Event.
Status post_event(KubeClient& client, const KubeEvent& event, TimePoint now);

}  // namespace freshet
