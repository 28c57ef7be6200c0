// The memory of events, as server-sent events.
#include "controller/api/events.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace freshet::api {

bool is_within(const ServiceKey& scope, const ServiceKey& key) {
  return (scope.name_space.empty() || scope.name_space == key.name_space) &&
         (scope.name.empty() || scope.name == key.name);
}

void Events::tell(std::string_view type, const ServiceKey& key, const Json& data) {
  std::string json = dump_json(data);  // one line
  if (json.size() > kMaxEventBytes) {
    json = dump_json({{"namespace", key.name_space}, {"name", key.name}, {"tooLarge", true}});
  }
  const std::lock_guard lock(mutex_);
  kept_.push_back({++last_, key, "\nevent: " + std::string(type) + "\ndata: " + json + "\n\n"});
  bytes_ += kept_.back().text.size();
  while (kept_.size() > kMaxEventsKept || bytes_ > kMaxEventBytesKept) {
    bytes_ -= kept_.front().text.size();
    kept_.pop_front();
  }
}

Events::ListenerPtr Events::listen(const ServiceKey& scope, const std::string& user,
                                   const std::string& last_id, Duration now) {
  const std::lock_guard lock(mutex_);
  std::erase_if(listeners_, [](const auto& each) { return each.second.expired(); });
  std::size_t of_this_one = 0;
  for (const auto& [address, each] : listeners_) {
    const ListenerPtr other = each.lock();
    of_this_one += other != nullptr && other->user == user;
  }
  if (listeners_.size() >= kMaxListeners || of_this_one >= kMaxListenersOfOne) return nullptr;
  auto out = std::make_shared<Listener>();
  out->scope = scope;
  out->user = user;
  out->heard = last_;
  out->said_at = now;
  out->first = "retry: 2000\nid: " + id_text(last_) + "\n\n";
  if (!last_id.empty()) {
    const std::size_t dash = last_id.rfind('-');
    const auto number =
        dash == std::string::npos ? std::nullopt : parse_whole(last_id.substr(dash + 1));
    const std::uint64_t oldest = kept_.empty() ? last_ : kept_.front().id - 1;
    const auto id = static_cast<std::uint64_t>(number.value_or(-1));
    const bool is_known =
        number && last_id.substr(0, dash) == epoch_ && id >= oldest && id <= last_;
    if (is_known) out->heard = id;
    out->first = is_known ? "retry: 2000\n\n"
                          : "retry: 2000\nid: " + id_text(last_) + "\nevent: reset\ndata: {}\n\n";
  }
  listeners_[out.get()] = out;
  return out;
}

std::optional<std::string> Events::next(Listener& listener, Duration now) {
  const std::lock_guard lock(mutex_);
  const bool has_missed = !kept_.empty() && listener.heard + 1 < kept_.front().id;
  if (listener.is_dropped || has_missed) return std::nullopt;
  std::string out = std::exchange(listener.first, {});
  const auto begin = kept_.end() - static_cast<std::ptrdiff_t>(last_ - listener.heard);
  for (auto event = begin; event != kept_.end() && out.size() < kMaxEventBatch; ++event) {
    listener.heard = event->id;
    if (is_within(listener.scope, event->key)) out += "id: " + id_text(event->id) + event->text;
  }
  if (out.empty() && now - listener.said_at >= kHeartbeat) out = ":\n\n";
  if (!out.empty()) listener.said_at = now;
  return out;
}

void Events::drop(Listener& listener) {
  const std::lock_guard lock(mutex_);
  listener.is_dropped = true;
}

std::size_t Events::listeners() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::ranges::count_if(listeners_, [](const auto& each) { return !each.second.expired(); }));
}

}  // namespace freshet::api
