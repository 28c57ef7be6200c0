// Fleet: which rollouts may begin, with all services in view: at most so many at once, and of those
// that get the same image some first (planner/turn.h has the rules).
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/model/core.h"
#include "controller/model/observation.h"
#include "controller/planner/turn.h"
#include "controller/runtime/ticket_line.h"

namespace freshet {

enum class WaveBy { kOff, kRepository, kBaseImage };

inline constexpr std::size_t kMaxBases = 50000;  // known of images that nobody uses any more
inline constexpr Duration kHeldPlace = minutes(30);

struct FleetLimits {
  int in_cluster = 50;
  int in_namespace = 10;
  WaveBy wave_by = WaveBy::kRepository;
  planning::WaveLimits wave;
};

// Thread-safe. All that it knows of services that do not wait is what their cores say, so that a
// restart forgets nothing but the order of those that do.
class Fleet {
 public:
  struct Entrant {
    ServiceKey tracked;
    ServiceKey service;
    DigestSet digests;
    std::optional<RevisionRef> stable;  // what of them is no news
    bool on_a_persons_word = false;
    bool as_edited = false;  // a person's own template: it goes in no wave with others
  };
  struct Counts {
    int running = 0;        // that have a place
    int queued = 0;         // for one
    int in_waves = 0;       // for others of their wave
    int waves_stopped = 0;  // that somebody waits for
    bool operator==(const Counts&) const = default;
  };

  explicit Fleet(FleetLimits limits) : limits_(limits) {}

  // An image says which base it was made from: what it is counted by, if that is asked for.
  void learn(const std::string& digest, const std::string& base_digest);
  void learn(const std::vector<SeenTag>& tags);
  // The core of a tracked Service says something else; null: there is none (any more).
  void on_core(const ServiceKey& service, const Core* before, const Core* now);
  // May this rollout begin? If so its place is kept until settle(), or else it waits in its order.
  std::optional<OthersFirst> ask(const Entrant& entrant, TimePoint now);
  // It may have begun, though nothing says so yet: its place is kept past the next settle().
  void keep(const ServiceKey& tracked);
  // A pass has ended: the rollout has begun, or there is none to begin, or (`waits`) ask() said why
  // not.
  void settle(const ServiceKey& tracked, bool waits);
  // Why the rollout that is under way does not go on; "": it does. One that is held for kHeldPlace
  // leaves its place to others, and needs none to go on. One that waits for a person beside a
  // stable that does not run stands aside: no wave waits for it.
  void note_held(const ServiceKey& service, const std::string& held, bool stands_aside,
                 TimePoint now);
  // TrackedServices that wait, and for which something has changed since this was asked last.
  std::vector<ServiceKey> take_ready(TimePoint now);
  Counts counts() const;

 private:
  struct Waiting {
    std::uint64_t ticket = 0;
    std::string wave;  // for which it waits; "": for a place
    std::string name_space;
    bool is_stopped = false;  // as it was told
  };
  struct Running {
    std::string held;  // as of note_held()
    std::optional<TimePoint> held_since;
    bool has_place = true;
  };
  struct Granted {
    Entrant entrant;
    TimePoint at{};
    bool is_kept = false;
  };
  struct Record {  // of one wave, by cores
    int succeeded = 0;
    std::vector<planning::WaveRolling> rolling;
    std::vector<planning::WaveFailure> failed;
    bool is_empty() const { return succeeded == 0 && rolling.empty() && failed.empty(); }
  };
  // All with mutex_ held.
  void count(const ServiceKey& service, const Core& core, bool adds);
  void change(const std::string& wave, const auto& how);
  std::string wave_of(const Digest& digest) const;
  std::set<std::string> waves_of(const DigestSet& digests) const;
  std::set<std::string> new_waves(const DigestSet& digests,
                                  const std::optional<RevisionRef>& stable) const;
  void forget_bases();
  planning::Wave wave(const std::string& name) const;
  void join(const ServiceKey& tracked, const Waiting& waiting);
  void leave(const Waiting& waiting);
  void note_left(const Waiting& waiting);  // those behind it may have come nearer
  std::optional<OthersFirst> wait_for_wave(const Entrant& entrant, Waiting& waiting, TimePoint now);
  std::optional<OthersFirst> wait_for_place(const Waiting& waiting) const;
  void take_back(const Entrant& entrant);  // it was promised, and is not begun
  void count_place(const ServiceKey& service, int change);
  int running() const;
  int room(const std::string& name_space) const;
  void add_ready_of_wave(const std::string& name, TimePoint now,
                         std::vector<ServiceKey>& out) const;
  void add_ready_for_places(std::vector<ServiceKey>& out) const;

  const FleetLimits limits_;
  mutable std::mutex mutex_;
  std::map<ServiceKey, Running> running_;     // Services, by their cores
  std::map<std::string, int> places_in_;      // of running_, those that have one, by namespace
  int places_ = 0;                            // of all of these
  std::set<ServiceKey> aside_;                // of running_
  std::map<ServiceKey, Granted> granted_;     // by TrackedService
  std::map<std::string, Record> records_;     // by wave
  std::map<std::string, std::string> bases_;  // digest of an image → of its base
  std::size_t most_bases_ = kMaxBases;
  std::map<ServiceKey, Waiting> waiting_;         // by TrackedService
  std::map<std::uint64_t, ServiceKey> holders_;   // of tickets
  TicketLine queue_;                              // all that wait for a place
  std::map<std::string, TicketLine> queue_of_;    // of them, by namespace
  std::map<std::string, TicketLine> wave_lines_;  // by wave
  std::set<std::string> changed_waves_;
  bool places_changed_ = false;
  std::uint64_t last_ticket_ = 0;
};

}  // namespace freshet
