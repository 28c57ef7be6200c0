// Letting in and looking again.
#include "controller/api/listeners.h"

#include <utility>

namespace freshet::api {

std::variant<Stream, Problem> Listeners::open(const HttpHeaders& headers, const Caller& caller,
                                              const ServiceKey& scope) {
  const Duration now = clock_.monotonic();
  const std::string last = find_header(headers, "Last-Event-ID").value_or("");
  const Events::ListenerPtr listener = events_.listen(scope, caller.user, last, now);
  if (listener == nullptr) return Problem{429, "too many listen already", "", 10};
  const std::lock_guard lock(mutex_);
  open_.push_back({listener,
                   {{"Authorization", find_header(headers, "Authorization").value_or("")}},
                   scope,
                   now,
                   now + kListenerRechecked});
  return Stream([this, listener] { return events_.next(*listener, clock_.monotonic()); });
}

bool Listeners::look_at(Open& open) {
  const auto caller = callers_.identify(open.headers);
  std::optional<Problem> problem;
  if (const auto* unknown = std::get_if<Problem>(&caller)) problem = *unknown;
  if (!problem) problem = callers_.refuse(std::get<Caller>(caller), {"watch"}, open.scope);
  const Duration now = clock_.monotonic();
  open.due = now + kListenerRechecked;
  if (!problem) {
    open.confirmed = now;
    return true;
  }
  const bool is_no = problem->status == 401 || problem->status == 403;
  return !is_no && now < open.confirmed + kListenerTrusted;
}

void Listeners::recheck() {
  std::vector<Open> all;
  {
    const std::lock_guard lock(mutex_);
    all.swap(open_);
  }
  std::vector<Open> kept;
  for (Open& each : all) {
    const Events::ListenerPtr listener = each.listener.lock();
    if (listener == nullptr) continue;
    if (clock_.monotonic() >= each.due && !look_at(each)) {
      events_.drop(*listener);
      continue;
    }
    kept.push_back(std::move(each));
  }
  const std::lock_guard lock(mutex_);
  open_.insert(open_.end(), std::make_move_iterator(kept.begin()),
               std::make_move_iterator(kept.end()));
}

}  // namespace freshet::api
