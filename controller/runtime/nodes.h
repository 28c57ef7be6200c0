// Platforms of the cluster's nodes, for images that must run on them: listed now and then, a page
// at a time, of which nothing but the platforms is kept.
#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "controller/kube/client.h"
#include "controller/registry/manifest.h"

namespace freshet {

inline constexpr int kNodesOfOnePage = 50;  // each is some 20 KB
inline constexpr int kMaxNodePages = 1000;
inline constexpr std::size_t kMaxNodePlatforms = 32;
inline constexpr Duration kListNodesEvery = minutes(10);
inline constexpr Duration kListNodesAgain = minutes(1);  // after a failure that may pass

// Adds the platforms of the nodes that take any pod: neither cordoned, nor with a taint that keeps
// pods off. Of a Kubernetes NodeList.
void add_platforms(const Json& node_list, std::set<Platform>& platforms);

// What one call of list_if_due() did.
struct NodesRead {
  bool changed = false;
  std::string trouble;  // why they cannot be read, told once; ""
};

// Thread-safe.
class Nodes {
 public:
  Nodes(KubeClient& kube, const Clock& clock) : kube_(kube), clock_(clock) {}

  // Lists them in the calling thread if it is time; nullopt if it is not, or another thread does.
  std::optional<NodesRead> list_if_due();
  TimePoint next_due() const;

  bool asked() const;  // once at least, with or without an answer
  // Of the last list that was answered, in order; nullopt: never, or it is not allowed (any more).
  std::optional<std::vector<Platform>> platforms() const;

 private:
  Result<std::set<Platform>> list();

  KubeClient& kube_;
  const Clock& clock_;

  mutable std::mutex mutex_;  // guards what follows
  std::optional<std::vector<Platform>> platforms_;
  std::string trouble_;
  TimePoint due_{};
  bool asked_ = false;
  bool is_listing_ = false;
};

}  // namespace freshet
