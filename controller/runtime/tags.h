// TagWatch: the registry poller made usable from several threads. One thread checks; all others
// read what was found and say what is to be followed, also while checks run.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/exchanges.h"
#include "controller/model/observation.h"
#include "controller/registry/poller.h"
#include "controller/runtime/confirming.h"
#include "controller/runtime/credentials.h"
#include "controller/runtime/metrics.h"
#include "controller/runtime/options.h"

namespace freshet {

inline constexpr std::size_t kMaxHintsWaiting = 1000;  // for the next check, of different tags

class TagWatch {
 public:
  TagWatch(const ControllerOptions& options, HttpExchanges& exchanges, Credentials& credentials,
           Metrics& metrics, const Clock& clock);

  // What `follower` follows from now on; an empty list takes it out.
  void follow(const ServiceKey& follower, const std::vector<FollowedImage>& images, Duration every);
  // Fills in what is known of each image of this follower, which digest counts, and the tag that
  // its policy chose.
  void fill(const ServiceKey& follower, std::vector<FollowedImage>& images,
            const ConfirmWorld& world) const;
  // Who follows something in this namespace; "": everybody.
  std::vector<ServiceKey> followers(const std::string& name_space) const;

  // Something says that this tag moved (Poller::hint): the next check() hears it, and a wait ends.
  // False: too many wait already, and it is dropped.
  bool hint(const ImageReference& reference);

  // Starts the checks that are due and takes the replies that have come; waits for them no longer
  // than `at_most`, the next check that is due, or a change of what is followed. Returns the
  // followers of what has changed. One caller at a time. The API server's clock, which dates are
  // kept by, is `ahead` of this machine's.
  std::vector<ServiceKey> check(Duration at_most, Duration ahead = {});
  // When check has something to do next if no reply comes before.
  std::optional<TimePoint> next_due() const;

 private:
  struct Wish {
    ImageReference reference;
    PullSecretNames pull_secrets;
    Duration every{};
    std::optional<FollowSpec> follow;
    bool reads_bases = false;
    bool operator==(const Wish&) const = default;
  };
  std::vector<Followed> choose_credentials();                         // mutex_ held
  void tell_refused(const PollKey& key, const ServiceKey& follower);  // mutex_ held
  void take_wishes();
  void tell_next_due(std::optional<TimePoint> next);
  bool has_news() const { return changed_ || !hints_.empty(); }  // mutex_ held
  void send(PollStep step, std::vector<PollKey>& changed);
  void count(const EndedExchange& ended);
  std::vector<ServiceKey> publish(const std::vector<PollKey>& changed);

  HttpExchanges& exchanges_;
  Credentials& credentials_;
  Metrics& metrics_;
  const Clock& clock_;
  struct Asked {
    std::string registry;
    Duration at{};  // monotonic
  };
  Poller poller_;                         // only check() touches it, and what is in flight
  std::map<std::uint64_t, Asked> asked_;  // by id

  mutable std::mutex mutex_;  // guards what follows
  std::map<ServiceKey, std::vector<Wish>> followed_;
  // Of each wish, as status has it now.
  std::map<ServiceKey, std::vector<std::shared_ptr<const KnownTag>>> known_;
  std::map<PollKey, std::set<ServiceKey>> followers_;
  std::map<PollKey, TagObservation> seen_;
  std::optional<TimePoint> next_due_;
  std::map<std::string, ImageReference> hints_;  // by how it is written
  bool changed_ = false;                         // followed_ since the last check
  std::uint64_t credentials_version_ = 0;        // that the last check went by
};

}  // namespace freshet
