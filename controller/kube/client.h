// The Kubernetes API over an HttpTransport: one call, one request; errors as values. Nothing is
// retried here but a 401 after which there was another credential to show.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/http.h"
#include "base/json.h"
#include "controller/kube/token_source.h"

namespace freshet {

inline constexpr std::size_t kMaxListPageBytes = 64 << 20;
inline constexpr std::size_t kMaxListItems = 50000;
inline constexpr int kListPageSize = 250;
inline constexpr std::size_t kMaxListPages = kMaxListItems / kListPageSize + 1;
inline constexpr seconds kListTimeout{30};
inline constexpr seconds kStreamSlack{30};  // a watch may outlive its server-side timeout by this
inline constexpr seconds kClockTolerance{2};

// Templates so that headers need only the name of the JSON type: use the names below.
template <class J>
struct BasicServerReply {
  J body;
};
template <class J>
struct BasicListReply {
  std::vector<J> items;
  std::string resource_version;
};
struct ListEnd {
  std::string resource_version;
};
using ServerReply = BasicServerReply<Json>;
using ListReply = BasicListReply<Json>;

struct KubeClientOptions {
  std::string server;  // ClusterAccess::server
  std::string field_manager = "freshet";
  Duration timeout = seconds(10);  // of anything but lists and watches
  HttpHeaders headers = {};        // of every request: ClusterAccess::headers
  // Asked before each write (PATCH, POST, DELETE): how long it may take from now on. Nothing: it is
  // not sent, and refused (kRefused). Where it is not set, `timeout` is all.
  std::function<Duration()> time_to_write = {};
};

// Thread-safe if the transport is. Paths begin with "/api…" and may hold a query. Errors: see
// kube_error(); kConflict is 409, kGone 410, kRefused 400 and 422 (webhooks, failed tests of a JSON
// patch), kTransient also an answer that is not JSON. The caller retries.
class KubeClient {
 public:
  KubeClient(HttpTransport& transport, TokenSource& tokens, const Clock& clock,
             KubeClientOptions options);

  Result<ServerReply> get(const std::string& path);
  // Page by page, so that a few are held: `work` is given the items of one on another thread, up to
  // `at_once` of them while the next page is read, if there are so many cores. What it returns is
  // called here, in the order of the pages. What `leave_out` names is not there, at whatever
  // depth. A continue token that expires is kGone: begin anew.
  using WorkOnPage = std::function<std::function<void()>(const Json& items)>;
  Result<ListEnd> list_pages(const std::string& path, const WorkOnPage& work, std::size_t at_once,
                             const LeftOutMembers& leave_out = {});
  // Every page. An expired continue token starts it again, once.
  Result<ListReply> list(const std::string& path, std::size_t max_items = kMaxListItems);
  // RFC 6902. To guard it, begin with {"op":"replace","path":"/metadata/resourceVersion",…}: a
  // stale one is answered 409, while a failed "test" is a 422 like any other mistake.
  Result<ServerReply> json_patch(const std::string& path, const Json& operations);
  // RFC 7386; metadata.resourceVersion in it guards it. `subresource`: "" or "status".
  Result<ServerReply> merge_patch(const std::string& path, const Json& body,
                                  std::string_view subresource = "");
  Result<ServerReply> post(const std::string& path, const Json& body);
  // Where nobody reads what the object is now, it is not parsed either.
  Status json_patch_unread(const std::string& path, const Json& operations);
  Status post_unread(const std::string& path, const Json& body);
  Result<ServerReply> del(const std::string& path);

  // Add to our clock to get the server's, from Date headers; 0 while they agree within
  // kClockTolerance (a Date has whole seconds only).
  Duration clock_offset() const { return Duration{clock_offset_ms_.load()}; }
  TimePoint server_now() const { return clock_.now() + clock_offset(); }
  const KubeClientOptions& options() const { return options_; }

  // The raw exchanges, for the watch: answers of any status are values. `timeout` as asked of the
  // server; ours is longer by kStreamSlack.
  Result<HttpResponse> fetch_page(const std::string& target);
  Result<HttpResponse> stream(const std::string& target, Duration timeout,
                              const HttpTransport::OnBytes& on_bytes);

 private:
  void note_clock(const HttpResponse& answer);
  using Send = std::function<Result<HttpResponse>(const HttpRequest&)>;
  HttpRequest prepare(std::string method, const std::string& target) const;
  Result<HttpResponse> authorized(HttpRequest request, const Send& send);
  Result<HttpResponse> send(HttpRequest request);
  Result<HttpResponse> succeed(const HttpRequest& request);
  Result<ServerReply> run(const HttpRequest& request);
  HttpRequest writing(std::string method, std::string target, std::string_view media_type,
                      const Json& body) const;
  // `take` returns the metadata of the list.
  using TakePage = std::function<Result<Json>(const HttpRequest& request, HttpResponse& answer)>;
  Result<ListEnd> each_page(const std::string& path, const TakePage& take);
  Result<ListReply> list_once(const std::string& path, std::size_t max_items);

  HttpTransport& transport_;
  TokenSource& tokens_;
  const Clock& clock_;
  KubeClientOptions options_;
  std::atomic<std::int64_t> clock_offset_ms_ = 0;
};

// `path` with one more query parameter; the value is percent-encoded.
std::string with_query(std::string path, std::string_view name, std::string_view value);

}  // namespace freshet
