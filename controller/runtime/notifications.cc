// Queues of notices, and the requests that empty them.
#include "controller/runtime/notifications.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/files.h"
#include "base/text.h"

namespace freshet {

namespace {

constexpr int kMaxDeliveryRounds = 256;  // of answers that are there already
constexpr std::size_t kLeastSigningBytes = 16;

// One line; "" where no file is named.
Result<Secret> read_sink_file(const std::string& path) {
  if (path.empty()) return Secret();
  const auto text = read_file(path, kMaxSinkFileBytes);
  if (!text) return text.error();
  std::string line(trim(*text));
  if (line.empty() || has_control_characters(line)) {
    return bad_input(path + " does not hold one line of text");
  }
  return Secret(std::move(line));
}

const char* outcome_word(DeliveryEnd end) {
  switch (end) {
    case DeliveryEnd::kDelivered: return "delivered";
    case DeliveryEnd::kRefused: return "refused";
    case DeliveryEnd::kGivenUp: break;
  }
  return "given_up";
}

}  // namespace

Notifications::Notifications(std::vector<NotificationSink> sinks, NoticeSettings settings,
                             HttpExchanges& exchanges, const Clock& clock, Metrics& metrics,
                             Log log)
    : settings_(std::move(settings)),
      exchanges_(exchanges),
      clock_(clock),
      metrics_(metrics),
      log_(std::move(log)) {
  for (NotificationSink& sink : sinks) lanes_.push_back({std::move(sink)});
}

Result<SinkSecrets> Notifications::read_secrets(const NotificationSink& sink) const {
  SinkSecrets secrets;
  secrets.url = Secret(sink.url);
  if (!sink.url_file.empty()) {
    auto url = read_sink_file(sink.url_file);
    if (!url) return url.error();
    secrets.url = *std::move(url);
  }
  if (const std::string fault = address_fault(sink, secrets.url); !fault.empty()) {
    return bad_input("its URL" + (sink.url_file.empty() ? "" : ", in " + sink.url_file + ",") +
                     " cannot be used: " + fault);
  }
  auto authorization = read_sink_file(sink.authorization_file);
  if (!authorization) return authorization.error();
  secrets.authorization = *std::move(authorization);
  auto signing = read_sink_file(sink.secret_file);
  if (!signing) return signing.error();
  secrets.signing = *std::move(signing);
  if (!sink.secret_file.empty() && secrets.signing.reveal().size() < kLeastSigningBytes) {
    return bad_input(sink.secret_file + " holds less than " + std::to_string(kLeastSigningBytes) +
                     " bytes");
  }
  return secrets;
}

Status Notifications::check_files() const {
  for (const Lane& lane : lanes_) {
    const auto secrets = read_secrets(lane.sink);
    if (!secrets) return bad_input("sink " + lane.sink.name + ": " + secrets.error().message);
  }
  return {};
}

void Notifications::tell(const Notice& notice) {
  {
    const std::lock_guard lock(mutex_);
    if (under_way_.contains(notice.what.id)) return;
    const TimePoint now = clock_.now();
    for (Lane& lane : lanes_) {
      if (!wants(lane.sink, notice)) continue;
      if (lane.queue.size() >= kMaxQueuedNotices) {
        const auto oldest =
            lane.queue.begin() + (lane.queue.front().notice.what.id == lane.sent ? 1 : 0);
        metrics_.count_notification(lane.sink.name, "overflowed");
        std::vector<ServiceKey> untold;  // status shows it until the next pass
        settle(lane, oldest, untold);
      }
      lane.queue.push_back({notice, {0, now}, now});
      ++under_way_[notice.what.id];
    }
  }
  exchanges_.wake();
}

bool Notifications::is_under_way(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  return under_way_.contains(id);
}

// Of those that are due and overtake none of their service, the one that failed least: what a sink
// fails on keeps no other service's waiting.
std::deque<Notifications::Entry>::iterator Notifications::next_of(Lane& lane) const {
  const TimePoint now = clock_.now();
  auto next = lane.queue.end();
  if (lane.flight != 0 || now < lane.paused_until) return next;
  std::set<ServiceKey> waiting;
  for (auto entry = lane.queue.begin(); entry != lane.queue.end(); ++entry) {
    if (!waiting.insert(entry->notice.service).second || entry->due > now) continue;
    if (next == lane.queue.end() || entry->tries.failed < next->tries.failed) next = entry;
    if (next->tries.failed == 0) break;
  }
  return next;
}

std::optional<TimePoint> Notifications::due_of(const Lane& lane) const {
  if (lane.flight != 0 || lane.queue.empty()) return std::nullopt;
  TimePoint due = TimePoint::max();
  std::set<ServiceKey> waiting;
  for (const Entry& entry : lane.queue) {
    if (waiting.insert(entry.notice.service).second) due = std::min(due, entry.due);
  }
  return std::max(due, lane.paused_until);
}

std::optional<TimePoint> Notifications::next_due() const {
  const std::lock_guard lock(mutex_);
  std::optional<TimePoint> next;
  for (const Lane& lane : lanes_) {
    const auto due = due_of(lane);
    if (due) next = std::min(next.value_or(TimePoint::max()), *due);
  }
  return next;
}

bool Notifications::send(std::vector<ServiceKey>& ended) {
  bool is_any_sent = false;
  for (Lane& lane : lanes_) {
    std::uint64_t flight = 0;
    Notice notice;
    {
      const std::lock_guard lock(mutex_);
      const auto entry = next_of(lane);
      if (entry == lane.queue.end()) continue;
      flight = lane.flight = ++last_flight_;
      notice = entry->notice;
      lane.sent = notice.what.id;
    }
    // A file may hang, and passes wait for the lock.
    const auto secrets = read_secrets(lane.sink);
    if (!secrets) {
      const std::lock_guard lock(mutex_);
      take(lane, make_error(ErrorKind::kTransient, secrets.error().message), ended);
      continue;
    }
    exchanges_.start(flight, notification_request(lane.sink, *secrets, notice, settings_));
    is_any_sent = true;
  }
  return is_any_sent;
}

void Notifications::settle(Lane& lane, std::deque<Entry>::iterator entry,
                           std::vector<ServiceKey>& ended) {
  const auto left = under_way_.find(entry->notice.what.id);
  if (left != under_way_.end() && --left->second == 0) {
    under_way_.erase(left);
    ended.push_back(entry->notice.service);
  }
  lane.queue.erase(entry);
}

void Notifications::log_problem(Lane& lane, const Notice& notice, const char* event,
                                const std::string& problem) {
  const Duration now = clock_.monotonic();
  if (lane.logged_at && now < *lane.logged_at + kNotificationLogSpacing) {
    ++lane.unlogged;
    return;
  }
  lane.logged_at = now;
  LogLine line{LogLevel::kWarning, event, {{"sink", lane.sink.name}}};
  line.fields.emplace_back("service", to_string(notice.service));
  line.fields.emplace_back("notice", notice.what.id);
  line.fields.emplace_back("reason", problem);
  const int unlogged = std::exchange(lane.unlogged, 0);
  if (unlogged > 0) line.fields.emplace_back("more", std::to_string(unlogged));
  log_(line);
}

void Notifications::take(Lane& lane, const Result<HttpResponse>& reply,
                         std::vector<ServiceKey>& ended) {
  lane.flight = 0;
  const auto entry = std::ranges::find(lane.queue, std::exchange(lane.sent, ""),
                                       [](const Entry& one) { return one.notice.what.id; });
  if (entry == lane.queue.end()) return;
  const DeliveryStep step = judge_delivery(reply, entry->tries, clock_.now());
  const bool has_answered = step.end && *step.end != DeliveryEnd::kGivenUp;
  lane.failures = has_answered ? 0 : lane.failures + 1;
  if (lane.failures > 0) {
    const Duration pause = std::min(delivery_wait(lane.failures), kLongestSinkPause);
    lane.paused_until = clock_.now() + std::max(pause, step.asked);
  }
  metrics_.count_notification(lane.sink.name, step.end ? outcome_word(*step.end) : "failed");
  if (!step.problem.empty() && (step.end || lane.failures == 1)) {
    log_problem(lane, entry->notice, step.end ? "NotificationDropped" : "NotificationFailed",
                step.problem);
  }
  if (step.end) {
    settle(lane, entry, ended);
  } else {
    ++entry->tries.failed;
    entry->due = step.again;
  }
}

std::vector<ServiceKey> Notifications::drive(Duration at_most) {
  std::vector<ServiceKey> ended;
  for (int round = 0; round < kMaxDeliveryRounds; ++round) {
    const bool sent = send(ended);
    if (round > 0 && !sent) break;
    Duration patience = ended.empty() ? at_most : Duration::zero();
    if (const auto due = next_due()) {
      patience = std::clamp(*due - clock_.now(), Duration::zero(), patience);
    }
    for (const EndedExchange& end : exchanges_.wait(patience)) {
      const std::lock_guard lock(mutex_);
      const auto lane = std::ranges::find(lanes_, end.id, &Lane::flight);
      if (lane != lanes_.end()) take(*lane, end.reply, ended);
    }
  }
  return ended;
}

Result<std::vector<NotificationSink>> read_notification_sinks(const std::string& path) {
  const auto text = read_file(path, kMaxDocumentBytes);
  if (!text) return text.error();
  auto parsed = parse_notification_sinks(*text);
  if (parsed.problems.empty()) return std::move(parsed.sinks);
  std::string message = path + " cannot be used:";
  for (const Problem& problem : parsed.problems) message += "\n  " + to_string(problem);
  return bad_input(std::move(message));
}

}  // namespace freshet
