// What builds do: push, push once more, move and take away tags.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/simulate/people.h"

namespace freshet::simulate {
namespace {

constexpr std::string_view kRegistry = "registry.sandbox";
constexpr int kMostBuildsBack = 3;

std::string repository(int service) { return fmt::format("shop/s{}", service); }

sandbox::ImageBehaviour behaviour_of(What push, Duration healthy) {
  sandbox::ImageBehaviour out;
  out.ready_after = seconds(2);
  switch (push) {
    case What::kPushFailing: out.error_rate = 0.4; break;
    case What::kPushSlow: out.median_seconds *= 8; break;
    case What::kPushCrashing: out.starts = sandbox::StartsAs::kCrashing; break;
    case What::kPushNeverReady: out.starts = sandbox::StartsAs::kNeverReady; break;
    case What::kPushUnpullable: out.starts = sandbox::StartsAs::kPullFailing; break;
    case What::kPushCrashesLater: out.crashes_after_traffic = healthy; break;
    case What::kPushFailsGate: out.fails_gates = true; break;
    case What::kPushUnreadyLater: out.unready_after_traffic = healthy; break;
    case What::kPushFailsLater: out.fails_after_traffic = healthy; break;
    case What::kPushHangs: out.answered = 0.3; break;
    default: break;
  }
  return out;
}

}  // namespace

Json container_of(int image) {
  return {{"name", "app"}, {"image", fmt::format("{}/{}:1", kRegistry, repository(image))}};
}

void People::push(int service, What what, Duration healthy) {
  const int image = image_of(service);
  int& newest = newest_[static_cast<std::size_t>(image)];
  const Digest digest =
      world_.push(repository(image), "1", behaviour_of(what, healthy), world_.now());
  const Build build{newest + 1, what, image, healthy, newest + 1};
  if (builds_.emplace(digest, build).second) ++newest;
}

void People::push_new_base(int service, bool breaks) {
  const int image = image_of(service);
  const auto before = digest_of(service, newest(service));
  if (!before) return;
  const sandbox::ImageTagName base{fmt::format("shop/base{}", image), "1"};
  world_.push(base.repository, base.tag, {}, world_.now());
  const auto made = world_.rebase(repository(image), "1", *before, base, world_.now());
  if (!made) return;
  int& newest = newest_[static_cast<std::size_t>(image)];
  Build build = builds_.at(*before);
  build.number = newest + 1;
  if (breaks) build.push = What::kPushFailing;
  world_.behave(*made, behaviour_of(build.push, build.healthy));
  if (builds_.emplace(*made, build).second) ++newest;
}

std::optional<Digest> People::digest_of(int service, int number) const {
  for (const auto& [digest, build] : builds_) {
    if (build.service == image_of(service) && build.number == number) return digest;
  }
  return std::nullopt;
}

void People::act_on_registry(const Event& event) {
  switch (event.what) {
    case What::kPushRebuild: {
      const auto first = digest_of(event.service, newest(event.service));
      if (!first) return;
      const auto again =
          world_.rebuild(repository(image_of(event.service)), "1", *first, world_.now());
      if (again) builds_.emplace(*again, builds_.at(*first));
      return;
    }
    case What::kPushNewBase: return push_new_base(event.service, event.value % 4 == 3);
    case What::kPushOldAgain: {
      const int back = 1 + event.value % kMostBuildsBack;
      const auto digest = digest_of(event.service, std::max(0, newest(event.service) - back));
      if (digest) world_.move_tag(repository(image_of(event.service)), "1", *digest);
      return;
    }
    case What::kRemoveTag: return world_.remove_tag(repository(image_of(event.service)), "1");
    case What::kRegistryFails:
    case What::kRegistryStale: return weather_.begin(event, world_.now());
    default: {
      const Duration healthy = seconds(event.value > 0 ? event.value : 4);
      return push(event.service, event.what, healthy);
    }
  }
}

void People::make_ready(int service, int build, bool is_ready) {
  const auto digest = digest_of(service, build);
  if (!digest) return;
  sandbox::ImageBehaviour changed =
      behaviour_of(builds_.at(*digest).push, builds_.at(*digest).healthy);
  if (!is_ready) changed.starts = sandbox::StartsAs::kNeverReady;
  world_.behave(*digest, changed);
}

}  // namespace freshet::simulate
