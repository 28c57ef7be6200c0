// Watch: list, then watch, of one kind, as a state machine without I/O, clock or randomness.
// Source of the rules: client-go tools/cache/reflector.go; Kubernetes API concepts, "Efficient
// detection of changes".
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/http.h"
#include "controller/kube/watch_backoff.h"
#include "controller/kube/watch_lines.h"

namespace freshet {

// "namespace/name", or "name" for an object without a namespace.
std::string object_key(const Json& object);

struct WatchEvent {
  enum class Type {
    kListed,     // `items` are some of all there is; more of them come
    kRestarted,  // `items` are the last of a list: what is not `present` is gone
    kAdded,
    kModified,
    kDeleted,
    kBookmark,  // nothing changed up to resource_version
  };
  Type type = Type::kBookmark;
  JsonPtr object;                 // of kAdded, kModified, kDeleted (its last state); else null
  std::vector<JsonPtr> items;     // of kListed, kRestarted
  std::set<std::string> present;  // of kRestarted: object_key() of all that was listed
  std::string resource_version;   // of the collection after this event
  bool is_newest = false;         // kListed, kRestarted: read from the newest state there is
  // The same, and older than what was told before: the server's history went back, as that of a
  // restored backup does.
  bool went_back = false;
};

// Of kListed and kRestarted. What is known of an object gives way to what the list holds of it, if
// it is newer or if what is known is of at most this version: the list is of a later state then,
// whatever its objects' versions.
std::int64_t known_until(const WatchEvent& list);

// What a watch that has failed for so long would have told may have changed: nothing is begun on
// what it told before.
inline constexpr Duration kDeafAfter = minutes(2);

struct WatchOptions {
  std::string path;  // of the collection; may hold a selector
  // Watches are asked to last between once and twice this long, by chance. Zero: not asked, for a
  // server that answers at once with what has happened so far.
  Duration server_timeout = minutes(5);
  Duration rest{0};  // between a watch that ended well and the next
  int page_size = 250;
};

struct WatchRequest {
  bool is_stream = false;
  std::string target;
  Duration timeout{0};  // of a stream
  TimePoint not_before{};
};

class Watch {
 public:
  explicit Watch(WatchOptions options) : options_(std::move(options)) {}

  WatchRequest next(double random) const;
  // The answer to a list: each page is handed on as it comes, so that of a long list only one is
  // held at a time (each is bounded, the list is not: it grows with the cluster). kRestarted comes
  // with the last.
  std::vector<WatchEvent> on_page(const Result<HttpResponse>& answer, TimePoint now, double random);
  // Of a stream: its bytes, cut anywhere. Once is_over(), no more are wanted.
  void on_stream_begin(TimePoint now);
  std::vector<WatchEvent> on_bytes(std::string_view bytes);
  bool is_over() const;
  void on_stream_end(const Result<HttpResponse>& head, TimePoint now, double random);

  bool in_sync() const { return in_sync_; }  // listed at least once
  const std::optional<Error>& error() const {
    return error_;
  }  // of the last exchange, if it failed

 private:
  struct Listing {
    std::string not_older_than;  // "": from the newest state
    std::string continue_token;
    std::set<std::string> present;
  };
  struct Streaming {
    std::string resource_version;
    WatchLines lines;
    TimePoint began{};
    bool heard = false;      // an event or a bookmark
    bool went_back = false;  // an event was older than where the watch began
    JsonPtr error_status;    // an ERROR event's Status, or null
  };

  void fail(Error error, TimePoint now, double random);
  void recover();
  void list_again(std::string not_older_than);
  std::vector<WatchEvent> take_page(Listing& listing, const std::string& body, TimePoint now,
                                    double random);
  void take_line(Streaming& streaming, const WatchLine& line, std::vector<WatchEvent>& events);
  std::string what(std::string_view verb) const;

  WatchOptions options_;
  std::variant<Listing, Streaming> state_;
  WatchBackoff backoff_;
  TimePoint not_before_{};
  bool in_sync_ = false;
  std::int64_t told_ = 0;  // the version of the latest event, or of the last list
  std::optional<Error> error_;
  std::optional<TimePoint> fails_since_;  // since all was known
  bool streams_fail_ = false;             // a list alone does not mend them
};

}  // namespace freshet
