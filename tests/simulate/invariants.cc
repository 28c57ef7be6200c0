// Follows each Service through all that happens to it.
#include "tests/simulate/invariants.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "config/status.h"
#include "controller/knative/views.h"
#include "controller/runtime/paths.h"

namespace freshet::simulate {
namespace {

constexpr std::size_t kMostViolations = 20;  // of one story
constexpr int kWritesARollout = 12;          // of a Service without faults: steps + 5, at most
constexpr int kWriteAmplification = 3;
constexpr int kAllWritesToOne = 2;  // with status, Events and tries that failed; 0.5 was measured
constexpr std::string_view kCorePath = "/metadata/annotations/freshet.dev~1rollout";

// What a JSON patch puts at a path; null: nothing.
const Json& patched_value(const Json& patch, std::string_view path) {
  static const Json kNull;
  if (!patch.is_array()) return kNull;
  for (const Json& operation : patch) {
    if (string_or(operation, "path") == path) return at_path(operation, {"value"});
  }
  return kNull;
}

const Retreating* retreat_of(const std::optional<Core>& core) {
  return core ? std::get_if<Retreating>(&core->phase) : nullptr;
}

std::optional<Core> core_of(const std::string& text) {
  const CoreRead read = read_core(text);
  const auto* core = std::get_if<Core>(&read);
  return core == nullptr ? std::nullopt : std::optional(*core);
}

}  // namespace

Invariants::Invariants(sandbox::World& world, const People& people)
    : world_(world), people_(people) {}

void Invariants::fail(std::string_view invariant, std::string what) {
  if (violations_.size() >= kMostViolations) return;
  violations_.push_back({std::string(invariant), std::move(what), world_.now()});
}

// It is not ours any more: what comes next begins anew.
void Invariants::forget(Followed& followed) {
  const int number = followed.number;
  followed = Followed{};
  followed.number = number;
}

Followed* Invariants::find_service(const std::string& name) {
  const auto number = name.starts_with('s') ? parse_whole(name.substr(1)) : std::nullopt;
  if (!number || *number < 0 || *number > 99) return nullptr;
  const auto index = static_cast<std::size_t>(*number);
  while (services_.size() <= index) {
    services_.emplace_back();
    services_.back().number = static_cast<int>(services_.size()) - 1;
  }
  return &services_[index];
}

const RevisionFacts* Invariants::find(const RevisionName& revision) const {
  const auto found = revisions_.find(revision.get());
  return found == revisions_.end() ? nullptr : &found->second;
}

void Invariants::on_change(const sandbox::Kind& kind, const sandbox::Change& change) {
  if (kind == sandbox::kRevisions) return on_revision(change);
  if (kind == sandbox::kTaskRuns) return on_task_run(change);
  if (kind == sandbox::kRolloutPolicies || kind == sandbox::kClusterRolloutPolicies) {
    return on_policy(kind, change);
  }
  if (kind == sandbox::kRolloutApprovals) {
    const auto approval = rollout_approval_from_json(change.object->parsed());
    if (approval) approved_.insert({approval->service, approval->rollout});
    return;
  }
  if (!(kind == sandbox::kServices)) return;
  Followed* followed = find_service(change.key.name);
  if (followed == nullptr) return;
  if (change.type == sandbox::ChangeType::kDeleted) return forget(*followed);
  note_programmed(*followed);
}

void Invariants::on_revision(const sandbox::Change& change) {
  RevisionFacts& facts = revisions_[change.key.name];
  if (change.type == sandbox::ChangeType::kDeleted) {
    facts.gone = world_.now();
    return;
  }
  if (change.type == sandbox::ChangeType::kAdded) {  // made anew, perhaps
    facts.gone.reset();
    facts.made = world_.now();
    facts.tested_before = std::exchange(facts.tested, {});
  }
  const auto view = revision_view(change.object->parsed());
  if (!view) return;
  facts.uid = view->uid;
  if (!view->digests.empty()) facts.runs = view->digests.begin()->second;
  const bool is_ready = view->ready.status == Tri::kTrue;
  if (facts.ready.empty() || facts.ready.back().second != is_ready) {
    facts.ready.emplace_back(world_.now(), is_ready);
  }
}

void Invariants::on_task_run(const sandbox::Change& change) {
  if (change.type == sandbox::ChangeType::kDeleted) return;
  const Json run = change.object->parsed();
  if (condition_view(at_path(run, {"status"}), "Succeeded").status != Tri::kTrue) return;
  for (const Json& param : at_path(run, {"spec", "params"})) {
    if (string_or(param, "name") != "revision") continue;
    revisions_[string_or(param, "value")].tested.task = true;
  }
}

void Invariants::on_policy(const sandbox::Kind& kind, const sandbox::Change& change) {
  PoliciesSince next{world_.now(), policies_.back().policies};
  const std::string name = std::string(kind.kind) + " " + change.key.name;
  next.policies.erase(name);
  if (change.type != sandbox::ChangeType::kDeleted) {
    const auto parsed = parse_rollout_policy_json(change.object->parsed(), kind.kind);
    next.policies[name] = policy_of(parsed.object);
  }
  if (next.policies != policies_.back().policies) policies_.push_back(std::move(next));
}

void Invariants::on_request(const HttpRequest& request, const std::string& as,
                            std::optional<TimePoint> metrics, TimePoint looked) {
  if (as != "PATCH services") return;
  const auto url = parse_url(request.url);
  const std::string path = url->target.substr(0, url->target.find('?'));
  Followed* followed = find_service(path.substr(path.rfind('/') + 1));
  const auto patch = parse_json(request.body);
  if (followed == nullptr || !patch) return fail("S7 One writer", "a patch that cannot be read");
  followed->metrics = metrics;
  if (patched_value(*patch, "/metadata/resourceVersion").is_null()) {
    fail("S7 One writer", "a write of a Service without the version it was decided on");
  }
  const Json& traffic = patched_value(*patch, "/spec/traffic");
  followed->sets_traffic = !traffic.is_null();
  if (!traffic.is_null() && percent_sum(traffic_from_json(traffic)) != 100) {
    fail("S1 Sum", "written: " + dump_json(traffic));
  }
  note_traffic(*followed);
  note_verdict(*followed, *patch, looked);
}

// What stands in spec.traffic now: if it changes before the write arrives, that is refused.
void Invariants::note_traffic(Followed& followed) const {
  followed.traffic.clear();
  followed.others.clear();
  followed.has_core = false;
  const auto object = world_.read(service_path(service_key(followed.number)));
  const auto view = object ? service_view(*object) : Result<ServiceView>(bad_input("none"));
  if (!view) return;
  followed.traffic = view->traffic;
  const auto text = view->annotations.find(std::string(kCoreAnnotation));
  const auto core = text == view->annotations.end() ? std::nullopt : core_of(text->second);
  followed.has_core = core && followed.core && core->seq == followed.core->seq;
  const TrafficTag ours(RolloutSpec{}.tag);
  const TrafficTag ours_too{std::string(kOtherTag)};
  for (const TrafficTarget& entry : view->traffic) {
    const bool own = !entry.tag || entry.tag == ours || entry.tag == ours_too;
    if (!own) followed.others.insert(*entry.tag);
  }
}

std::map<int, Core> Invariants::cores() const {
  std::map<int, Core> out;
  for (int i = 0; i < static_cast<int>(services_.size()); ++i) {
    const auto object = world_.read(service_path(service_key(i)));
    if (!object || !world_.read(tracked_service_path(service_key(i)))) continue;
    const auto core =
        core_of(string_or(at_path(*object, {"metadata", "annotations"}), kCoreAnnotation));
    if (core && core->service.get() == string_or(at_path(*object, {"metadata"}), "uid")) {
      out.emplace(i, *core);
    }
  }
  return out;
}

bool Invariants::is_remembered(int service, const Digest& digest) const {
  const auto object = world_.read(tracked_service_path(service_key(service)));
  if (!object) return false;
  const TrackedServiceStatus status = status_from_json(at_path(*object, {"status"}));
  return std::ranges::any_of(status.tags, [&](const SeenTag& tag) {
    return std::ranges::find(tag.digests, digest.get(), &SeenDigest::digest) != tag.digests.end();
  });
}

// A verdict is made in the pass that first tries to carry it out.
void Invariants::note_verdict(Followed& followed, const Json& patch, TimePoint looked) {
  const Json& text = patched_value(patch, kCorePath);
  if (followed.verdict || !text.is_string() || retreat_of(followed.core) != nullptr) return;
  const auto core = core_of(text.get<std::string>());
  const Retreating* retreat = retreat_of(core);
  if (retreat == nullptr || retreat->why != RetreatWhy::kVerdict) return;
  followed.verdict = looked;
}

bool Invariants::serves_alone(int service, const RevisionName& revision) const {
  return world_.programmed(service_key(service)) == sandbox::Program{{revision.get(), 100}};
}

sandbox::Served Invariants::served_in_step(int service, const RevisionName& revision) const {
  const auto now = world_.served(service_key(service));
  const auto& before = of(service).served_before;
  const auto all = now.find(revision.get());
  const auto earlier = before.find(revision.get());
  sandbox::Served out = all == now.end() ? sandbox::Served{} : all->second;
  return earlier == before.end() ? out : out - earlier->second;
}

void Invariants::note_programmed(Followed& followed) {
  if (!followed.verdict) return;
  const Retreating* retreat = retreat_of(followed.core);
  if (retreat == nullptr || !retreat->rollout.candidate.name) return;
  const auto program = world_.programmed(service_key(followed.number));
  if (program.contains(retreat->rollout.candidate.name->get())) return;
  retreats_.push_back(world_.now() - *followed.verdict);
  followed.verdict.reset();
}

void Invariants::on_written(const Json& service, const Told& told, TimePoint looked) {
  const auto view = service_view(service);
  if (!view) return fail("S7 One writer", "a Service that cannot be read: " + view.error().message);
  Followed* followed = find_service(view->key.name);
  if (followed == nullptr) return;
  const auto text = view->annotations.find(std::string(kCoreAnnotation));
  const auto core = text == view->annotations.end() ? std::nullopt : core_of(text->second);
  const ServiceWritten write{
      *followed, *view, core, world_.now(), told.of_revisions(), told.of_policies(world_.now()),
      looked};
  for (const Check& check : write_checks()) {
    if (std::string wrong = check.find(*this, write); !wrong.empty()) {
      fail(check.name, fmt::format("shop/{}: {}", view->key.name, wrong));
    }
  }
  follow(*followed, write);
  note_programmed(*followed);
}

void Invariants::check_writes(std::int64_t all, std::size_t events) {
  const auto allowed =
      kWriteAmplification * kWritesARollout * (rollouts_ + static_cast<std::int64_t>(events) + 2);
  if (writes_ <= allowed && all <= kAllWritesToOne * allowed) return;
  fail("L4 Writes",
       fmt::format("{} writes, {} of them of Services, for {} rollouts", all, writes_, rollouts_));
}

namespace {

// What a person made stable by hand is rejected no longer.
void note_rejections(std::vector<KnownRejection>& known, const Core& core, TimePoint now) {
  const auto forget = [&](const Pair& pair) {
    std::erase_if(known, [&](const KnownRejection& one) { return one.rejection.pair == pair; });
  };
  for (const Rejection& rejection : core.rejected) {
    if (std::ranges::count(known, rejection, &KnownRejection::rejection) > 0) continue;
    forget(rejection.pair);
    known.push_back({rejection, now});
    if (known.size() > kMaxRejections) known.erase(known.begin());
  }
  if (core.stable) forget(core.stable->pair);
}

}  // namespace

void Invariants::follow(Followed& followed, const ServiceWritten& write) {
  ++writes_;
  if (!write.core) {
    forget(followed);
    return;
  }
  const Rollout* before = followed.core ? active_rollout(followed.core->phase) : nullptr;
  const Rollout* now = active_rollout(write.core->phase);
  if (now != nullptr && (before == nullptr || before->id != now->id)) ++rollouts_;
  const int had = followed.core ? candidate_percent(*followed.core) : 0;
  // A person's percents have been in force meanwhile: the step begins anew with ours.
  const bool is_taken_back = now != nullptr && now->candidate.name && followed.sets_traffic &&
                             share_of(serving(followed.traffic), *now->candidate.name) != had;
  const int has = candidate_percent(*write.core);
  if (has > had || is_taken_back) followed.raised = write.now;
  if (has > 0 && (has != had || is_taken_back))  // one that it went back to is judged anew as well
    followed.served_before = world_.served(service_key(followed.number));
  note_rejections(followed.rejected, *write.core, write.now);
  followed.core = write.core;
}

}  // namespace freshet::simulate
