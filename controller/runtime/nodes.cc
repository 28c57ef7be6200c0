// One list of nodes, page by page.
#include "controller/runtime/nodes.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/runtime/paths.h"

namespace freshet {
namespace {

bool takes_any_pod(const Json& node) {
  if (bool_or(at_path(node, {"spec"}), "unschedulable", false)) return false;
  const Json& taints = at_path(node, {"spec", "taints"});
  return !taints.is_array() || std::ranges::none_of(taints, [](const Json& taint) {
    return string_or(taint, "effect") != "PreferNoSchedule";
  });
}

}  // namespace

void add_platforms(const Json& node_list, std::set<Platform>& platforms) {
  const Json& items = at_path(node_list, {"items"});
  if (!items.is_array()) return;
  for (const Json& node : items) {
    const Json& info = at_path(node, {"status", "nodeInfo"});
    const auto platform =
        parse_platform(string_or(info, "operatingSystem") + "/" + string_or(info, "architecture"));
    if (!platform || !takes_any_pod(node) || platforms.size() >= kMaxNodePlatforms) continue;
    platforms.insert(*platform);
  }
}

Result<std::set<Platform>> Nodes::list() {
  std::set<Platform> platforms;
  const std::string path = with_query(kNodesPath, "limit", std::to_string(kNodesOfOnePage));
  std::string next = path;
  for (int page = 0; page < kMaxNodePages; ++page) {
    const auto reply = kube_.get(next);
    if (!reply) return reply.error();
    add_platforms(reply->body, platforms);
    const std::string token = string_or(at_path(reply->body, {"metadata"}), "continue");
    if (token.empty()) return platforms;
    next = with_query(path, "continue", token);
  }
  return make_error(ErrorKind::kRefused, "the list of nodes does not end");
}

std::optional<NodesRead> Nodes::list_if_due() {
  {
    const std::lock_guard lock(mutex_);
    if (is_listing_ || clock_.now() < due_) return std::nullopt;
    is_listing_ = true;
  }
  const auto listed = list();
  const bool denied = !listed && listed.error().kind == ErrorKind::kForbidden;
  const std::lock_guard lock(mutex_);
  const auto before = platforms_;
  if (listed) platforms_.emplace(listed->begin(), listed->end());
  if (denied) platforms_.reset();
  due_ = clock_.now() + (listed || denied ? kListNodesEvery : kListNodesAgain);
  is_listing_ = false;
  NodesRead read;
  read.changed = !std::exchange(asked_, true) || before != platforms_;
  const std::string trouble = listed ? "" : listed.error().message;
  if (trouble != trouble_) read.trouble = trouble;
  trouble_ = trouble;
  return read;
}

TimePoint Nodes::next_due() const {
  const std::lock_guard lock(mutex_);
  return is_listing_ ? TimePoint::max() : due_;
}

bool Nodes::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

std::optional<std::vector<Platform>> Nodes::platforms() const {
  const std::lock_guard lock(mutex_);
  return platforms_;
}

}  // namespace freshet
