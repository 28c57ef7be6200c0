// Connection pools: a lane is one libcurl multi handle, whose connections serve one identity only.
#pragma once

#include <curl/curl.h>

#include <list>
#include <memory>
#include <mutex>
#include <string>

namespace freshet {

struct CurlMultiClose {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

struct CurlLane {
  std::string identity;
  std::unique_ptr<CURLM, CurlMultiClose> multi;  // null where there was no memory for one
};

CurlLane make_curl_lane(const std::string& identity);

// Lends lanes: each is used by one thread at a time. A lane never changes its identity, so no
// request can go out over a connection that another credential opened.
class CurlPool {
 public:
  CurlLane take(const std::string& identity);
  void give_back(CurlLane lane);  // beyond kMaxIdleLanes the longest unused one is closed
  void drop_idle(const std::string& identity);  // its lanes that nobody has borrowed

 private:
  std::mutex mutex_;
  std::list<CurlLane> idle_;  // most recently used first
};

}  // namespace freshet
