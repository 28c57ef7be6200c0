// Connection pools, one an identity and user.
#include "controller/net/curl_pool.h"

#include <algorithm>
#include <utility>

#include "controller/net/bounds.h"

namespace freshet {

CurlLane make_curl_lane(const std::string& identity) {
  CurlLane lane{identity, {}};
  lane.multi.reset(curl_multi_init());
  if (lane.multi) {
    curl_multi_setopt(lane.multi.get(), CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    curl_multi_setopt(lane.multi.get(), CURLMOPT_MAXCONNECTS, kMaxConnectionsPerLane);
    curl_multi_setopt(lane.multi.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, kMaxConnectionsPerLane);
  }
  return lane;
}

CurlLane CurlPool::take(const std::string& identity) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(idle_, identity, &CurlLane::identity);
    if (found != idle_.end()) {
      CurlLane lane = std::move(*found);
      idle_.erase(found);
      return lane;
    }
  }
  return make_curl_lane(identity);
}

void CurlPool::give_back(CurlLane lane) {
  if (!lane.multi) return;
  CurlLane dropped;  // closed after the lock is gone: closing may talk to servers
  const std::lock_guard lock(mutex_);
  idle_.push_front(std::move(lane));
  if (idle_.size() > kMaxIdleLanes) {
    dropped = std::move(idle_.back());
    idle_.pop_back();
  }
}

void CurlPool::drop_idle(const std::string& identity) {
  std::list<CurlLane> dropped;  // closed after the lock is gone, likewise
  const std::lock_guard lock(mutex_);
  for (auto lane = idle_.begin(); lane != idle_.end();) {
    const auto next = std::next(lane);
    if (lane->identity == identity) dropped.splice(dropped.end(), idle_, lane);
    lane = next;
  }
}

}  // namespace freshet
