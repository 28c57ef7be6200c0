// Kubernetes Events.
#include "controller/kube/events.h"

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace freshet {
namespace {

constexpr const char* kComponent = "freshet";
constexpr std::size_t kMaxNameBytes = 200;  // of the 253 of a DNS subdomain; the rest is the hash

// On a UTF-8 boundary, with room for the ellipsis.
std::string cut(const std::string& text, std::size_t limit) {
  if (text.size() <= limit) return text;
  std::size_t end = limit - std::string_view("…").size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

}  // namespace

std::string event_name(const KubeEvent& event) {
  const std::string identity =
      event.about.uid + '\0' + event.reason + '\0' + event.message + '\0' + event.occasion;
  return event.about.name.substr(0, kMaxNameBytes) + "." + sha256_hex(identity).substr(0, 16);
}

Json event_object(const KubeEvent& event, TimePoint now) {
  const EventTarget& about = event.about;
  // Events of a cluster-scoped object live in "default".
  const std::string name_space = about.name_space.empty() ? "default" : about.name_space;
  const std::string time = format_rfc3339(std::chrono::floor<seconds>(now));
  Json involved = {{"apiVersion", about.api_version},
                   {"kind", about.kind},
                   {"name", about.name},
                   {"uid", about.uid}};
  if (!about.name_space.empty()) involved["namespace"] = about.name_space;
  if (!about.resource_version.empty()) involved["resourceVersion"] = about.resource_version;
  return {{"apiVersion", "v1"},
          {"kind", "Event"},
          {"metadata", {{"name", event_name(event)}, {"namespace", name_space}}},
          {"involvedObject", std::move(involved)},
          {"type", event.is_warning ? "Warning" : "Normal"},
          {"reason", cut(event.reason, kMaxEventReasonBytes)},
          {"message", cut(event.message, kMaxEventMessageBytes)},
          {"source", {{"component", kComponent}}},
          {"reportingComponent", kComponent},
          {"reportingInstance", ""},
          {"firstTimestamp", time},
          {"lastTimestamp", time},
          {"count", 1}};
}

Status post_event(KubeClient& client, const KubeEvent& event, TimePoint now) {
  const Json object = event_object(event, now);
  const std::string name_space = string_or(at_path(object, {"metadata"}), "namespace");
  const auto reply =
      client.post_unread("/api/v1/namespaces/" + percent_encode(name_space) + "/events", object);
  if (reply || reply.error().kind == ErrorKind::kConflict) return {};
  return with_context("posting Event " + event.reason, reply.error());
}

}  // namespace freshet
