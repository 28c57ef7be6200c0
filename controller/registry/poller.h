// The registry poller: which tags are due, one check for all who follow a tag, and what is known of
// each. A state machine: it hands out requests and is given the replies, in any order. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/registry/budget.h"
#include "controller/registry/known_tag.h"
#include "controller/registry/resolution.h"
#include "controller/registry/resolve.h"
#include "controller/registry/schedule.h"
#include "controller/registry/shared_requests.h"

namespace freshet {

// One follower's wish. Followers of one tag, or policy, with one identity share the check; the
// shortest `every` counts.
struct Followed {
  ImageReference reference;  // with a tag; a digest is ignored
  Credential credential;
  Duration every = minutes(5);
  std::optional<FollowSpec> follow = {};       // chooses the tag; one in the reference is ignored
  std::shared_ptr<const KnownTag> known = {};  // for the first check; null: nothing
  bool reads_bases = false;                    // what its images hold beyond their bases is asked
  bool operator==(const Followed&) const = default;
};

struct PollKey {
  std::string reference;  // "docker.io/library/nginx:1.25", "docker.io/library/nginx semver ~1"
  std::string identity;   // of the credential
  auto operator<=>(const PollKey&) const = default;
};
PollKey poll_key(const ImageReference& reference, const std::string& identity,
                 const std::optional<FollowSpec>& follow = std::nullopt);

struct TagObservation {
  std::optional<Confirmed> confirmed;  // the newest digest that could be read by digest
  std::string etag;
  std::optional<TimePoint> first_seen;  // this digest confirmed for the first time
  std::optional<TimePoint> last_checked;
  std::optional<TimePoint> last_success;  // last time the registry told which digest it is
  int consecutive_not_found = 0;
  std::string last_error;     // a sentence; "" if the last check was well
  bool unauthorized = false;  // the last check failed for want of a credential that is accepted
  std::optional<ImageTag> chosen = {};  // by the policy, where one is followed
  bool operator==(const TagObservation&) const = default;
};

inline constexpr Duration kHintSpacing = seconds(1);  // a hint is not heard sooner after a check
inline constexpr int kMaxConfirmAgain = 3;

struct PollRequest {
  std::uint64_t id = 0;  // of the check that asks; it has one request in flight at a time
  std::string registry;  // that is asked, or for which a token is asked elsewhere
  HttpRequest request;
};

struct EndedCheck {
  std::string registry;
  std::string_view outcome;  // "same", "confirmed", or as to_string(RegistryFailureKind)
  Duration late{};           // from when it was due to its first request
  double budget_left = 0;    // requests that may be spent at once; of this identity
};

// What a step of the poller wants of the world.
struct PollStep {
  std::vector<PollRequest> requests;  // to be sent now, each answered by one fold
  std::vector<EndedCheck> ended;
  std::vector<PollKey> changed;  // whose confirmed digest, date, 404s or error changed
};

class Poller {
 public:
  explicit Poller(RegistryOptions options)
      : options_(std::make_shared<const RegistryOptions>(std::move(options))) {}
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // The clock that dates are kept by is so far ahead of `now`, by which checks are scheduled: when
  // digests were first seen, and what the dates in images are compared with.
  void set_ahead(Duration ahead) { ahead_ = ahead; }

  // Replaces the list. What is new is due at once; what stays keeps its observation and, unless
  // its credential or period changed, its schedule; what went is forgotten. A digest that is known
  // to all who follow the tag is not read again while the tag still names it. A check that runs for
  // what went, or with a credential of before, runs on and its outcome is dropped.
  void set_followed(const std::vector<Followed>& followed, TimePoint now);

  // Starts what is due now, as far as the budgets of the registries allow: the longest overdue of
  // each first, in turns with what was hinted. A check takes at most RegistryOptions::timeout.
  PollStep start_due(TimePoint now);
  // The reply to a request handed out before; an `id` that is not in flight is ignored.
  PollStep fold(std::uint64_t id, const Result<HttpResponse>& reply, TimePoint now);

  // When start_due has something to do next if no reply comes before: at once (`now`) or later;
  // nullopt if nothing waits.
  std::optional<TimePoint> next_due(TimePoint now) const;
  std::size_t in_flight() const { return running_.size(); }

  // Something (a webhook) says that this tag moved: its next check comes forward, and that of every
  // policy that follows its repository. Without a tag: all that follows the repository. Never
  // believed, and never sooner than a registry asked us to wait.
  void hint(const ImageReference& reference, TimePoint now);

  const TagObservation* find(const PollKey& key) const;  // nullptr if not followed
  std::map<PollKey, TagObservation> observations() const;

 private:
  using Waiting = std::set<std::pair<TimePoint, std::size_t>>;  // places by due
  // Whom a budget belongs to: one registry as one identity.
  using AccountKey = std::pair<std::string, std::string>;
  struct Account {
    RegistryBudget budget;
    // Where only manifests that are read count against the limit which the registry tells.
    std::optional<RegistryBudget> reads;
    std::optional<RateLimit> limit;  // that it told last
    std::string registry;
    std::string origin;  // of the API, "https://r.io/"
    // Whose check does not run, and of these those that were hinted.
    Waiting waiting;
    Waiting hinted;
    bool hinted_was_first = false;
  };
  struct Entry {
    Followed followed;
    TagObservation observation;
    Moves moves;
    TimePoint due{};
    TimePoint not_before{};   // a registry's Retry-After
    int failures = 0;         // in a row
    int confirm_again = 0;    // tries left to read when the image was made
    std::uint64_t check = 0;  // that runs for it; 0: none
    bool hinted = false;      // since that check began, or the one before if none runs
    std::size_t place = 0;    // in places_
    Account* account = nullptr;
  };
  using Entries = std::map<PollKey, Entry>;
  struct Running {
    Entries::value_type* followed = nullptr;  // null: not wanted any more
    Account* account = nullptr;
    Resolution resolution;
    Duration late{};
    bool asks_registry = false;  // in flight; else a token service or where it was sent to
    bool reads = false;          // has begun to read manifests out of Account::reads
    Duration ahead{};            // as when it began, by which its deadline is kept
  };

  static void recall(Entry& entry);
  static bool lacks_application(const Entry& entry);
  Account& account_for(const Entry& entry);
  TimePoint next_check(const PollKey& key, const Entry& entry, TimePoint now) const;
  void set_due(Entry& entry, TimePoint due);
  static void wait_for_start(const Entry& entry);
  static void stop_waiting(const Entry& entry);
  static std::optional<std::size_t> next_place(Account& account, TimePoint now);
  static bool may_send(Running& check, const HttpRequest& request, TimePoint now);
  static void hear(Account& account, const RateLimit& limit, TimePoint now);
  static RegistryFailure few_reads_left(const Account& account);
  void index_entries();
  std::uint64_t start(std::size_t place, TimePoint now);
  void advance(std::uint64_t id, PollStep& step, TimePoint now);
  bool finish(Entry& entry, const PollKey& key, const ResolutionOutcome& outcome, TimePoint now);
  void finish_failed(Entry& entry, const PollKey& key, const RegistryFailure& failure,
                     TimePoint now);
  TimePoint earliest_hinted(const Entry& entry, TimePoint now) const;
  void hint_entry(Entry& entry, TimePoint now);
  void hint_all(const std::string& beginning, TimePoint now);

  std::shared_ptr<const RegistryOptions> options_;
  RegistryMemory memory_;
  Duration ahead_{};
  Entries entries_;
  std::vector<Entries::value_type*> places_;  // all of them in order: short names for this list
  std::map<AccountKey, Account> accounts_;
  std::map<std::uint64_t, Running> running_;  // by id, from 1 up
  SharedRequests shared_;
  std::uint64_t last_id_ = 0;
};

}  // namespace freshet
