// What tells a shadow from a rollout.
#include "controller/model/shadow.h"

namespace freshet {
namespace {

constexpr std::string_view kMark = "shadow/";

}  // namespace

bool is_shadow(const TrackedServiceSpec& spec, const ServiceView& service) {
  return spec.rollout.write_mode == WriteMode::kShadow &&
         !service.annotations.contains(std::string(kCoreAnnotation));
}

Uid shadow_of(const Uid& service) { return Uid(std::string(kMark) + service.get()); }

bool is_shadow(const Core& core) { return core.service.get().starts_with(kMark); }

Uid owner_of_core(const TrackedServiceSpec& spec, const ServiceView& service) {
  return is_shadow(spec, service) ? shadow_of(service.uid) : service.uid;
}

}  // namespace freshet
