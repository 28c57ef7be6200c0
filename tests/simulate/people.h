// People and surroundings: carries out a story's events on the world, as an administrator with
// kubectl, a build that pushes images and the weather would.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "controller/sandbox/world.h"
#include "tests/simulate/story.h"
#include "tests/simulate/weather.h"

namespace freshet::simulate {

inline constexpr const char* kNamespace = "shop";
inline constexpr std::string_view kOtherTag = "canary";  // that rollouts are to use
inline constexpr double kRequestsPerSecond = 400;

ServiceKey service_key(int service);  // "shop/s0"
Json container_of(int image);         // as in a manifest: follows the tag

// An image as it was pushed.
struct Build {
  int number = 0;  // of its service, from 0: the one that ran before the story
  What push = What::kPushGood;
  int service = 0;      // whose image it is
  Duration healthy{};   // under requests, before what fails later does
  int application = 0;  // the build whose layer it has, upon whichever base
};
// "minimumStep", "deadline" or "for" (of the bake) that an edit of this value writes, if it does.
std::optional<Duration> duration_of_edit(int value, std::string_view field);

using Builds = std::map<Digest, Build>;

class People {
 public:
  People(sandbox::World& world, Weather& weather, const Story& story);

  void set_up();  // Services, pods and TrackedServices as the story finds them
  void act(const Event& event);
  // What was put off: a deleted thing made again, a pause that ends.
  std::optional<TimePoint> due() const;
  void act_on_what_is_due();
  void look_around();  // answers whatever waits for a person
  // The faults are over: what was deleted or invalid stands again, nobody holds anything up, and a
  // good build of everything is pushed, if so.
  void go_home(bool pushes);

  const Story& story() const { return story_; }
  const Builds& builds() const { return builds_; }
  // The service whose image it follows.
  int image_of(int service) const { return story_.one_image ? 0 : service; }
  int newest(int service) const { return newest_[static_cast<std::size_t>(image_of(service))]; }
  // The shortest that were in force in the story.
  Duration shortest_step(int service) const;
  Duration shortest_bake(int service) const;
  Duration shortest_deadline(int service) const;
  std::optional<TimePoint> asked_to_retry(int service) const;
  std::optional<TimePoint> asked_to_abort(int service) const;
  bool by_metrics(int service) const {
    return story_.services[static_cast<std::size_t>(service)].metrics;
  }
  bool has_gates(int service) const {
    return story_.services[static_cast<std::size_t>(service)].gates;
  }
  bool has_task_gate(int service) const {
    return story_.services[static_cast<std::size_t>(service)].task_gate;
  }
  bool has_deleted(const std::string& revision) const { return deleted_.contains(revision); }

 private:
  void push(int service, What what, Duration healthy = seconds(4));
  bool track(int service, const Json& spec);  // false: it is there, perhaps on its way out
  void command(int service, const char* verb, const std::string& options = "");
  void give(int service, const std::string& verb, const std::string& value);
  std::string next_id();
  void retry(int service);
  void edit_spec(int service, const Json& spec);
  void make_service(int service);
  void replace_traffic(int service, const Event& event);
  void spoil_core(int service, int value);
  void roll_back(int service);
  void make_ready(int service, int build, bool is_ready);
  void push_new_base(int service, bool breaks);
  void act_on_registry(const Event& event);
  void act_on_tracking(const Event& event);
  void act_on_spec(const Event& event);
  void act_on_service(const Event& event);
  void act_on_policies(const Event& event);
  void take_policy_back(What what);
  void approve(int service, const Json& status);
  bool runs(const std::string& revision) const;
  bool has_answered(int service, const std::string& revision);
  std::string serves_most(int service) const;  // the Revision; "" where none does
  void adopt_what_serves_most(int service);
  void take_own_tags_out(int service);
  void look_after(int service);
  void act_on_surroundings(const Event& event);
  void later(Duration delay, Event event);
  Duration shortest(int service, Duration at_first, std::string_view field) const;
  Json spec_of(int service) const;
  std::optional<Digest> digest_of(int service, int number) const;

  sandbox::TaskBehaviour task_of(const Json& run) const;

  sandbox::World& world_;
  Weather& weather_;
  const Story& story_;
  Builds builds_;
  std::vector<int> newest_;
  std::vector<std::optional<TimePoint>> retried_;
  std::vector<std::optional<TimePoint>> aborted_;
  std::multimap<TimePoint, Event> later_;
  std::set<std::string> deleted_;                 // Revisions, by hand
  std::map<std::string, std::int64_t> answered_;  // requests, by Revision, at the last look
  std::map<int, std::string> old_cores_;  // by service: our annotation as it was some time ago
  int commands_ = 0;
  int poisons_ = 0;
  bool wants_newest_ = false;  // in production, now that the faults are over
};

}  // namespace freshet::simulate
