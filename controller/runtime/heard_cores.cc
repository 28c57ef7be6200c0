// What the cores of tracked Services say.
#include "controller/runtime/heard_cores.h"

#include <string>
#include <utility>
#include <variant>

namespace freshet {
namespace {

// Not that of a Service that this one was copied from.
std::optional<Core> own_core(const ServiceView* view) {
  auto core = view == nullptr ? std::nullopt : core_of(*view);
  return core && core->service == view->uid ? std::move(core) : std::nullopt;
}

bool same_core_text(const ServiceView& a, const ServiceView& b) {
  const std::string name(kCoreAnnotation);
  const auto in_a = a.annotations.find(name);
  const auto in_b = b.annotations.find(name);
  const bool is_in_both = in_a != a.annotations.end() && in_b != b.annotations.end();
  return is_in_both && a.uid == b.uid && in_a->second == in_b->second;
}

}  // namespace

std::optional<Core> core_of(const ServiceView& view) {
  const auto found = view.annotations.find(std::string(kCoreAnnotation));
  if (found == view.annotations.end()) return std::nullopt;
  CoreRead read = read_core(found->second);
  if (auto* core = std::get_if<Core>(&read)) return std::move(*core);
  return std::nullopt;
}

void HeardCores::change(const ServiceKey& service, const ServiceView* before,
                        const ServiceView* now, bool is_left) {
  if (!on_core_ || (before != nullptr && now != nullptr && same_core_text(*before, *now))) return;
  const auto unread = unread_.extract(service);
  const auto was = unread ? std::optional(unread.mapped()) : own_core(before);
  auto is = own_core(now);
  if (!is && was && !is_left && now != nullptr && was->service == now->uid) {
    is = was;
    is->phase = Idle{};
    unread_.emplace(service, *is);
  }
  if (was != is) on_core_(service, was ? &*was : nullptr, is ? &*is : nullptr);
}

}  // namespace freshet
