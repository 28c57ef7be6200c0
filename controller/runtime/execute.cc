// Carries out one transition.
#include "controller/runtime/execute.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/relapse.h"
#include "config/parse.h"
#include "controller/knative/patch.h"
#include "controller/knative/views.h"
#include "controller/runtime/paths.h"

namespace freshet {

namespace {

std::string core_annotation(const ServiceView& view) {
  const auto found = view.annotations.find(std::string(kCoreAnnotation));
  return found == view.annotations.end() ? "" : found->second;
}

// Did the write that lost its reply arrive? The core's text names seq and phase, so equal text is
// this write or one that is the same in every respect.
bool has_arrived(const ServiceView& live, const ServiceWrite& write) {
  if (!write.core) return core_annotation(live).empty();
  return core_annotation(live) == core_to_text(*write.core);
}

Result<ServiceView> read_live(KubeClient& client, const ServiceKey& key,
                              const OnService& on_service) {
  auto reply = client.get(service_path(key));
  if (!reply) return with_context("reading Service " + to_string(key), reply.error());
  on_service(reply->body);
  return service_view(reply->body);
}

bool has_finalizer(const TrackedService& tracked) {
  return std::ranges::find(tracked.finalizers, kFinalizer) != tracked.finalizers.end();
}

Json finalizer_patch(const TrackedService& live, bool adds) {
  std::vector<std::string> finalizers = live.finalizers;
  if (adds) finalizers.emplace_back(kFinalizer);
  if (!adds) std::erase(finalizers, kFinalizer);
  return {{"metadata", {{"resourceVersion", live.resource_version}, {"finalizers", finalizers}}}};
}

// By name and value, not by version: the status that answers it has just moved that.
Json removal(const std::string& path, const std::string& value, const std::string& uid) {
  return Json::array({{{"op", "test"}, {"path", "/metadata/uid"}, {"value", uid}},
                      {{"op", "test"}, {"path", path}, {"value", value}},
                      {{"op", "remove"}, {"path", path}}});
}

}  // namespace

bool may_have_arrived(const Error& error) {
  return error.kind == ErrorKind::kTransient || error.kind == ErrorKind::kTimeout;
}

bool same_basis(const ServiceView& decided_on, const ServiceView& live) {
  return decided_on.uid == live.uid && decided_on.generation == live.generation &&
         decided_on.deleting == live.deleting && decided_on.traffic == live.traffic &&
         decided_on.template_json == live.template_json &&
         core_annotation(decided_on) == core_annotation(live);
}

Result<WriteOutcome> execute_write(KubeClient& client, const ServiceView& decided_on,
                                   const ServiceWrite& write, const OnService& on_service) {
  const std::string path = service_path(decided_on.key);
  const std::string doing = "writing Service " + to_string(decided_on.key);
  bool reply_lost = false;
  for (int attempt = 0; attempt < kMaxConflictTries; ++attempt) {
    auto live = read_live(client, decided_on.key, on_service);
    if (!live && reply_lost) return make_error(ErrorKind::kTransient, live.error().message);
    if (!live) return live.error();
    if (reply_lost && has_arrived(*live, write)) return WriteOutcome::kWritten;
    if (!same_basis(decided_on, *live) && !relapsed(Relapse::kStaleCache))
      return WriteOutcome::kMoved;
    auto checked = check_write(*live, write);
    if (!checked) return with_context(doing, checked.error());
    Json patch = service_patch(*live, write);
    if (attempt > 0 && relapsed(Relapse::kConflictFallback)) patch.erase(0);
    auto reply = client.json_patch(path, patch);
    if (reply) {
      if (!relapsed(Relapse::kStaleCache)) on_service(reply->body);
      return WriteOutcome::kWritten;
    }
    if (reply.error().kind == ErrorKind::kConflict) continue;
    if (!may_have_arrived(reply.error()) || reply_lost) return with_context(doing, reply.error());
    reply_lost = true;
  }
  return make_error(ErrorKind::kConflict,
                    doing + ": " + std::to_string(kMaxConflictTries) + " conflicts in a row");
}

Status execute_finalizer(KubeClient& client, const TrackedService& tracked,
                         FinalizerChange change) {
  if (change == FinalizerChange::kKeep) return {};
  const bool adds = change == FinalizerChange::kAdd;
  const ServiceKey key{tracked.name_space, tracked.name};
  const std::string path = tracked_service_path(key);
  const std::string doing = "writing the finalizer of TrackedService " + to_string(key);
  TrackedService live = tracked;
  for (int attempt = 0; attempt < kMaxConflictTries; ++attempt) {
    if (has_finalizer(live) == adds) return {};
    if (adds && live.deleting) {
      return make_error(ErrorKind::kConflict, doing + ": it is being deleted");
    }
    auto reply = client.merge_patch(path, finalizer_patch(live, adds));
    if (reply || (!adds && reply.error().kind == ErrorKind::kNotFound)) return {};
    if (reply.error().kind != ErrorKind::kConflict) return with_context(doing, reply.error());
    auto read = client.get(path);
    if (!read) return with_context(doing, read.error());
    live = parse_tracked_service_json(read->body).object;
    if (live.uid != tracked.uid) {
      return make_error(ErrorKind::kConflict, doing + ": it was made anew");
    }
  }
  return make_error(ErrorKind::kConflict,
                    doing + ": " + std::to_string(kMaxConflictTries) + " conflicts in a row");
}

Status remove_commands(KubeClient& client, const TrackedService& tracked,
                       const std::vector<std::string>& annotations) {
  const ServiceKey key{tracked.name_space, tracked.name};
  for (const std::string& name : annotations) {
    const auto asked = tracked.annotations.find(name);
    if (asked == tracked.annotations.end()) continue;
    const auto reply = client.json_patch_unread(
        tracked_service_path(key),
        removal("/metadata/annotations/" + escaped(name), asked->second, tracked.uid));
    if (reply || reply.error().kind == ErrorKind::kNotFound) continue;
    // A test that fails: a person has asked for something else meanwhile, which is looked at next.
    if (reply.error().kind == ErrorKind::kRefused) continue;
    return with_context("removing " + name + " of TrackedService " + to_string(key), reply.error());
  }
  return {};
}

Status write_status(KubeClient& client, const ServiceKey& key, const TrackedServiceStatus& status) {
  const Status reply = client.json_patch_unread(
      tracked_service_path(key) + "/status",
      Json::array({{{"op", "add"}, {"path", "/status"}, {"value", status_to_json(status)}}}));
  if (!reply && reply.error().kind != ErrorKind::kNotFound) {
    return with_context("writing status of TrackedService " + to_string(key), reply.error());
  }
  return {};
}

}  // namespace freshet
