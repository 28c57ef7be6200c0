// The registry poller: which tags are due, one check for all who follow a tag, and what is known of
// each. Values inside; time and transport are arguments. Not thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/registry/budget.h"
#include "controller/registry/resolution.h"
#include "controller/registry/resolve.h"

namespace freshet {

// One follower's wish. Followers of one tag with one identity share the check; the shortest
// `every` counts.
struct Followed {
  ImageReference reference;  // with a tag; a digest is ignored
  Credential credential;
  Duration every = minutes(5);
  bool operator==(const Followed&) const = default;
};

struct PollKey {
  std::string reference;  // "docker.io/library/nginx:1.25"
  std::string identity;   // of the credential
  auto operator<=>(const PollKey&) const = default;
};
PollKey poll_key(const ImageReference& reference, const std::string& identity);

struct TagObservation {
  std::optional<Confirmed> confirmed;  // the newest digest that could be read by digest
  std::string etag;
  std::optional<TimePoint> first_seen;  // this digest confirmed for the first time
  std::optional<TimePoint> last_checked;
  std::optional<TimePoint> last_success;  // last time the registry told which digest it is
  int consecutive_not_found = 0;
  std::string last_error;     // a sentence; "" if the last check was well
  bool unauthorized = false;  // the last check failed for want of a credential that is accepted
  bool operator==(const TagObservation&) const = default;
};

inline constexpr Duration kHintSpacing = seconds(1);  // a hint is not heard sooner after a check
inline constexpr int kMaxConfirmAgain = 3;

class Poller {
 public:
  explicit Poller(RegistryOptions options) : options_(std::move(options)) {}

  // Replaces the list. What is new is due at once; what stays keeps its observation and, unless
  // its credential or period changed, its schedule; what went is forgotten.
  void set_followed(const std::vector<Followed>& followed, TimePoint now);

  // Checks everything due now, rounds of requests together, as far as the budgets of the
  // registries allow; a check takes at most RegistryOptions::timeout. Returns whose observation
  // changed: confirmed digest, date, 404s or error; and all that were refused for want of a
  // credential.
  std::vector<PollKey> run_due(HttpTransport& transport, const NowFunction& now);

  // When run_due has something to do next: at once (`now`) or later; nullopt if nothing is
  // followed.
  std::optional<TimePoint> next_due(TimePoint now) const;

  // Something (a webhook) says that this tag moved: its next check comes forward. Never believed,
  // and never sooner than a registry asked us to wait.
  void hint(const ImageReference& reference, TimePoint now);

  const TagObservation* find(const PollKey& key) const;  // nullptr if not followed
  std::map<PollKey, TagObservation> observations() const;

 private:
  struct Entry {
    Followed followed;
    TagObservation observation;
    TimePoint due{};
    TimePoint not_before{};  // a registry's Retry-After
    int failures = 0;        // in a row
    int confirm_again = 0;   // tries left to read when the image was made
  };
  struct Running {
    PollKey key;
    Resolution resolution;
  };

  std::vector<PollKey> due_keys(TimePoint now) const;
  void start(std::vector<PollKey>& waiting, std::vector<Running>& running, TimePoint now);
  std::vector<HttpRequest> next_requests(std::vector<Running>& running,
                                         std::vector<PollKey>& changed, TimePoint now);
  bool finish(const PollKey& key, const ResolutionOutcome& outcome, TimePoint now);
  void finish_failed(Entry& entry, const PollKey& key, const RegistryFailure& failure,
                     TimePoint now);

  RegistryOptions options_;
  RegistryMemory memory_;
  std::map<PollKey, Entry> entries_;
  std::map<std::string, RegistryBudget> budgets_;  // by registry
};

}  // namespace freshet
