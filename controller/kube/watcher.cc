// Runs the list and watch of one kind against the API.
#include "controller/kube/watcher.h"

#include <utility>

namespace freshet {

Watcher::Watcher(KubeClient& client, const Clock& clock, WatchOptions options, OnEvent on_event,
                 Random random, OnTold on_told)
    : client_(client),
      clock_(clock),
      on_event_(std::move(on_event)),
      on_told_(std::move(on_told)),
      random_(std::move(random)),
      watch_(std::move(options)) {}

TimePoint Watcher::run_once() {
  const WatchRequest request = watch_.next(random_());
  if (clock_.now() < request.not_before) return request.not_before;
  if (request.is_stream) {
    watch_.on_stream_begin(clock_.now());
    const auto head =
        client_.stream(request.target, request.timeout, [this](std::string_view bytes) {
          hand_on(watch_.on_bytes(bytes));
          return !watch_.is_over();
        });
    watch_.on_stream_end(head, clock_.now(), random_());
  } else {
    const auto page = client_.fetch_page(request.target);
    hand_on(watch_.on_page(page, clock_.now(), random_()));
  }
  publish();
  return watch_.next(0).not_before;
}

void Watcher::hand_on(const std::vector<WatchEvent>& events) {
  for (const WatchEvent& event : events) on_event_(event);
  if (!events.empty()) publish();
}

void Watcher::publish() {
  {
    const std::lock_guard lock(mutex_);
    in_sync_ = watch_.in_sync();
    error_ = watch_.error();
    const bool is_refusal =
        error_ && (error_->kind == ErrorKind::kForbidden || error_->kind == ErrorKind::kNotFound);
    is_refused_ = !in_sync_ && (is_refused_ || is_refusal);
  }
  if (on_told_) on_told_(watch_.error() ? &*watch_.error() : nullptr);
}

void Watcher::run_until_stopped(const std::function<bool()>& stop) {
  while (!stop()) {
    const TimePoint due = run_once();
    sleep_for(due - clock_.now(), clock_, stop);
  }
}

bool Watcher::in_sync() const {
  const std::lock_guard lock(mutex_);
  return in_sync_;
}

bool Watcher::is_refused() const {
  const std::lock_guard lock(mutex_);
  return is_refused_;
}

std::optional<Error> Watcher::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

}  // namespace freshet
