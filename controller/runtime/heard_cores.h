// What the cores of tracked Services say, for who counts over all of them (fleet.h).
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "controller/model/core.h"
#include "controller/model/observation.h"

namespace freshet {

// As the annotation has it; nullopt: there is none, or it cannot be read.
std::optional<Core> core_of(const ServiceView& view);

// One that is damaged or lost goes on to be told as it was, but for its rollout: what it has
// rejected stays rejected until somebody has put it right.
class HeardCores {
 public:
  // Null: there is none, or none any more.
  using OnCore = std::function<void(const ServiceKey&, const Core* before, const Core* now)>;
  explicit HeardCores(OnCore on_core) : on_core_(std::move(on_core)) {}

  // A Service as it is known, and as it is to be; null: there is none, or nobody tracks it.
  // `is_left`: tracking ends, so that a core that is gone was taken out by us.
  void change(const ServiceKey& service, const ServiceView* before, const ServiceView* now,
              bool is_left = false);

 private:
  const OnCore on_core_;
  std::map<ServiceKey, Core> unread_;
};

}  // namespace freshet
