// Notifications: brings notices to sinks beside the passes. A bounded queue a sink, one request of
// it at a time, tries that are spaced; it never makes a pass wait, and decides nothing.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/exchanges.h"
#include "controller/notify/delivery.h"
#include "controller/notify/request.h"
#include "controller/runtime/log.h"
#include "controller/runtime/metrics.h"

namespace freshet {

inline constexpr std::size_t kMaxQueuedNotices = 1000;            // of one sink; then the oldest go
inline constexpr std::size_t kMaxSinkFileBytes = 16 << 10;        // what such a file may hold
inline constexpr Duration kNotificationLogSpacing = seconds(10);  // between lines about one sink
// How long a sink is left alone after a failure, unless it asks for more. What it fails on waits
// longer by itself.
inline constexpr Duration kLongestSinkPause = minutes(1);

// Thread-safe.
class Notifications {
 public:
  // All must outlive it.
  Notifications(std::vector<NotificationSink> sinks, NoticeSettings settings,
                HttpExchanges& exchanges, const Clock& clock, Metrics& metrics, Log log);

  // Whether all that the sinks' files have to say can be read; kBadInput names sink and file.
  Status check_files() const;

  // For each sink that wants it. What is on its way already is not taken twice.
  void tell(const Notice& notice);
  // Some sink that wants it has neither got nor refused it yet.
  bool is_under_way(const std::string& id) const;

  // Sends what is due and takes the answers that come, waiting for them at most so long. Returns
  // the services of which a notice has come to its end at every sink. One caller at a time.
  std::vector<ServiceKey> drive(Duration at_most);
  std::optional<TimePoint> next_due() const;

 private:
  struct Entry {
    Notice notice;
    DeliveryTries tries;
    TimePoint due{};
  };
  struct Lane {
    NotificationSink sink;         // never changed
    std::deque<Entry> queue = {};  // as handed over; those of one service go in this order
    std::uint64_t flight = 0;      // id of the request under way; 0: none
    std::string sent = {};         // the id of its notice
    int failures = 0;              // in a row, whatever was sent
    TimePoint paused_until{};
    std::optional<Duration> logged_at = {};  // monotonic
    int unlogged = 0;
  };
  std::deque<Entry>::iterator next_of(Lane& lane) const;
  std::optional<TimePoint> due_of(const Lane& lane) const;
  Result<SinkSecrets> read_secrets(const NotificationSink& sink) const;
  // mutex_ is held for all but send.
  bool send(std::vector<ServiceKey>& ended);  // false: nothing was
  void take(Lane& lane, const Result<HttpResponse>& reply, std::vector<ServiceKey>& ended);
  void settle(Lane& lane, std::deque<Entry>::iterator entry, std::vector<ServiceKey>& ended);
  void log_problem(Lane& lane, const Notice& notice, const char* event, const std::string& problem);

  const NoticeSettings settings_;
  HttpExchanges& exchanges_;
  const Clock& clock_;
  Metrics& metrics_;
  const Log log_;

  mutable std::mutex mutex_;  // guards what follows
  std::vector<Lane> lanes_;
  std::map<std::string, int> under_way_;  // id of a notice → sinks that have not ended with it
  std::uint64_t last_flight_ = 0;
};

// The sinks of a file, or all that is wrong with it, a line each.
Result<std::vector<NotificationSink>> read_notification_sinks(const std::string& path);

}  // namespace freshet
