// TagWatch: the registry poller made usable from several threads. One thread checks; all others
// read what was found and say what is to be followed.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/http.h"
#include "controller/model/observation.h"
#include "controller/registry/poller.h"
#include "controller/runtime/options.h"

namespace freshet {

class TagWatch {
 public:
  // A docker config that does not parse counts as none; the caller checks it before.
  TagWatch(const ControllerOptions& options, HttpTransport& transport, const Clock& clock);

  // What `follower` follows from now on; an empty list takes it out.
  void follow(const ServiceKey& follower, const std::vector<FollowedImage>& images, Duration every);
  // Fills in what is known of each image.
  void fill(std::vector<FollowedImage>& images) const;

  // Runs all checks that are due; returns the followers of what has changed. One caller at a time.
  std::vector<ServiceKey> check();
  std::optional<TimePoint> next_due() const;

 private:
  std::vector<Followed> wishes() const;  // mutex_ held
  FoundCredential credential(const ImageReference& reference) const;

  HttpTransport& transport_;
  const Clock& clock_;
  DockerConfig credentials_;
  Poller poller_;  // only check() touches it

  mutable std::mutex mutex_;  // guards what follows
  struct Wish {
    ImageReference reference;
    Duration every{};
    bool operator==(const Wish&) const = default;
  };
  std::map<ServiceKey, std::vector<Wish>> followed_;
  std::map<PollKey, std::set<ServiceKey>> followers_;
  std::map<PollKey, TagObservation> seen_;
  std::optional<TimePoint> next_due_;
  bool changed_ = false;  // followed_ since the last check
};

}  // namespace freshet
