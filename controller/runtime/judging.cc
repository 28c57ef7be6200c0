// Reads Prometheus for an active rollout.
#include "controller/runtime/judging.h"

#include <algorithm>
#include <array>

#include "analysis/reader.h"
#include "base/relapse.h"
#include "controller/runtime/given_verdicts.h"
#include "controller/runtime/user_checks.h"

namespace freshet {

namespace {

constexpr Duration kFindAgainEvery = seconds(30);
constexpr Duration kTrafficWindow = hours(24);
constexpr std::int64_t kMostTimeout = 7 * 24 * 3600;  // more is no timeout

RevisionKey key_of(const Observation& observation, const RevisionName& name) {
  return {observation.service->key.name_space, name.get()};
}

std::optional<TimePoint> created(const Observation& observation, const RevisionName& name) {
  const auto found = observation.revisions.find(name);
  if (found == observation.revisions.end()) return std::nullopt;
  return found->second.created;
}

// Its spec.timeoutSeconds, after Knative's defaulting.
Duration request_timeout(const Observation& observation, const RevisionName& name) {
  const auto found = observation.revisions.find(name);
  if (found == observation.revisions.end()) return kRequestTimeout;
  const auto tmpl = parse_json(found->second.template_json);
  if (!tmpl) return kRequestTimeout;
  const auto written = int_or(at_path(*tmpl, {"spec"}), "timeoutSeconds", 0);
  return written > 0 && written <= kMostTimeout ? seconds(written) : kRequestTimeout;
}

// What comes through the candidate's traffic tag is no user's.
TagRequests tag_requests(const Observation& observation) {
  const auto* core = std::get_if<Core>(&observation.core);
  const Rollout* rollout = core == nullptr ? nullptr : active_rollout(core->phase);
  TagRequests out{tag_of(rollout, observation.tracked.spec.rollout.tag), ""};
  const auto& urls = observation.service->tag_urls;
  if (const auto found = urls.find(out.tag); found != urls.end()) {
    if (const auto url = parse_url(found->second)) out.host = url->host;
  }
  return out;
}

// Where in the plan the rollout stands; the step's clock is the planner's.
JudgeContext context_of(const Core& core, const Memo& memo) {
  JudgeContext context;
  context.percent = candidate_percent(core);
  context.baking = std::holds_alternative<Baking>(core.phase);
  if (const auto* shifting = std::get_if<Shifting>(&core.phase)) {
    const auto& plan = shifting->rollout.plan;
    const auto step = static_cast<std::size_t>(shifting->step);
    context.first_step = step == 0;
    context.last_step = step + 1 >= plan.size();
    context.next_percent = context.last_step ? 100 : plan[step + 1];
  }
  if (memo.seq == core.seq && memo.step_since) context.step_since = *memo.step_since;
  return context;
}

// The candidate's share as users get it; 0 while that is not known to be what the core says.
int programmed_percent(const Observation& observation, const Core& core, const Memo& memo) {
  if (memo.seq != core.seq || !memo.step_since) return 0;
  const RevisionName& candidate = *active_rollout(core.phase)->candidate.name;
  const int percent = share_of(observation.service->observed_traffic, candidate);
  return percent == candidate_percent(core) ? percent : 0;
}

}  // namespace

Result<MetricsFinding> Judging::find_metrics(const RevisionKey& revision, Notes& notes) {
  const auto found = source_.find(revision);
  if (!found) return found.error();
  if (found->dialect != nullptr) notes.dialect = found->dialect->name;
  return found->finding;
}

double Judging::traffic(const Observation& observation, const Notes& notes, TimePoint now) {
  const auto* core = std::get_if<Core>(&observation.core);
  const Dialect* dialect = find_dialect(notes.dialect);
  if (core == nullptr || !core->stable || dialect == nullptr) return 0;
  const RevisionName& stable = core->stable->name;
  const auto made = created(observation, stable);
  if (!made) return 0;
  // Before that it had a share of the requests only.
  const Duration alone_for = now - std::max(*made, core->since);
  if (alone_for < kBaselineWindow) return 0;
  const std::array<Duration, 2> windows = {kBaselineWindow,
                                           std::min<Duration>(alone_for, kTrafficWindow)};
  double most = 0;
  for (const Duration window : windows) {
    const auto rate =
        source_.rate(*dialect, key_of(observation, stable), tag_requests(observation), window);
    if (!rate) return 0;
    most = std::max(most, *rate);
  }
  return most;
}

// Fixes the settings of this rollout from stable's last hour, where that has usable metrics.
Result<MetricsFinding> Judging::choose(const Observation& observation, const RevisionRef& stable,
                                       Notes& notes) {
  const RevisionKey key = key_of(observation, stable.name);
  const auto found = find_metrics(key, notes);
  if (!found || *found != MetricsFinding::kUsable) return found;
  const TrackedServiceSpec& spec = observation.tracked.spec;
  const auto baseline = source_.baseline(*find_dialect(notes.dialect), key,
                                         tag_requests(observation), spec.analysis.errors.codes);
  if (!baseline) return baseline.error();
  notes.judged->settings =
      choose_settings(spec.analysis, spec.rollout, *baseline, options_.analysis_interval,
                      request_timeout(observation, stable.name));
  return MetricsFinding::kUsable;
}

// Stable had answered nothing when the settings were chosen: there were no bounds to judge latency
// by. True once it has.
bool Judging::knows_stable_now(const Observation& observation, const RevisionRef& stable,
                               const Notes& notes, TimePoint now) {
  if (notes.judged->settings->stable_error_rate || !is_due(notes, now)) return false;
  const Dialect* dialect = find_dialect(notes.dialect);
  if (dialect == nullptr) return false;
  const auto baseline =
      source_.baseline(*dialect, key_of(observation, stable.name), tag_requests(observation),
                       observation.tracked.spec.analysis.errors.codes);
  return baseline && baseline->requests_per_second > 0;
}

bool Judging::is_due(const Notes& notes, TimePoint now) const {
  const auto& last = notes.judged->judged_at;
  return !last || now - *last >= options_.analysis_interval;
}

Status Judging::read_counts(const Observation& observation, const Core& core,
                            const PodsOfBoth& pods, Notes& notes, TimePoint now) {
  const Rollout& rollout = *active_rollout(core.phase);
  const Dialect* dialect = find_dialect(notes.dialect);
  if (dialect == nullptr) {
    return make_error(ErrorKind::kTransient, "the metrics' dialect is not known yet");
  }
  ReadInput input;
  input.canary = {key_of(observation, *rollout.candidate.name),
                  created(observation, *rollout.candidate.name)};
  input.stable = {key_of(observation, core.stable->name), created(observation, core.stable->name)};
  input.percent = programmed_percent(observation, core, notes.memo);
  input.error_codes = observation.tracked.spec.analysis.errors.codes;
  input.bounds = bounds_read(*notes.judged->settings);
  input.warm_up = notes.judged->settings->warm_up;
  ListedPods listed = pods();
  if (listed.none) notes.judged->without_pods = now;
  input.pods = std::move(listed.created);
  CountsWish wish{rollout.candidate.uid->get(),
                  dialect,
                  {input.canary.key, input.stable.key},
                  now - read_window(notes.judged->evidence.reader, now),
                  tag_requests(observation),
                  input.bounds};
  const auto reply = counts_.counts(wish, now);
  if (!reply) return reply.error();
  ReadResult result = read(std::move(notes.judged->evidence.reader), *reply, input);
  notes.judged->evidence.reader = std::move(result.state);
  wish.since = now - read_window(notes.judged->evidence.reader, now);
  counts_.announce(wish, now);
  if (result.interval) {
    read_checks(observation, input, *result.interval, notes, now);
    notes.judged->evidence =
        advance(std::move(notes.judged->evidence), *result.interval, *notes.judged->settings);
  }
  return {};
}

// Users' queries, for both Revisions. What gives no value leaves the interval without it.
void Judging::read_checks(const Observation& observation, const ReadInput& input,
                          Interval& interval, Notes& notes, TimePoint now) {
  const std::vector<CheckSpec>& checks = observation.tracked.spec.analysis.checks;
  if (checks.empty() ||
      (notes.judged->checks_read && now - *notes.judged->checks_read < kCheckEvery))
    return;
  notes.judged->checks_read = now;
  UserChecks read = ask_checks(source_, checks, {input.canary.key, input.stable.key});
  interval.checks = std::move(read.values);
  notes.judged->check_trouble = std::move(read.trouble);
}

// Stable's series have stopped. Where it is counted by other names now, these are read from here
// on: one dialect at a time, so that no request counts twice.
Status Judging::find_again(const Observation& observation, const RevisionRef& stable, Notes& notes,
                           TimePoint now) {
  if (!stable_stopped(notes.judged->evidence.reader, now)) return {};
  if (notes.metrics_probed && now - *notes.metrics_probed < kFindAgainEvery) return {};
  notes.metrics_probed = now;
  const RevisionKey key = key_of(observation, stable.name);
  const auto found = source_.find_fresh(key, stopped_after(notes.judged->evidence.reader));
  if (!found) return found.error();
  const Dialect* before = find_dialect(notes.dialect);
  const Dialect* dialect = *found;
  if (dialect == nullptr || dialect == before) return {};
  if (before == nullptr || dialect->histogram != before->histogram) {
    const TrackedServiceSpec& spec = observation.tracked.spec;
    const auto baseline =
        source_.baseline(*dialect, key, tag_requests(observation), spec.analysis.errors.codes);
    if (!baseline) return baseline.error();
    if (baseline->requests_per_second <= 0) return {};  // not enough samples for bounds yet
    Renamed changed =
        renamed(*notes.judged->settings,
                choose_settings(spec.analysis, spec.rollout, *baseline, options_.analysis_interval),
                std::move(notes.judged->evidence));
    notes.judged->settings = std::move(changed.settings);
    notes.judged->evidence = std::move(changed.evidence);
  }
  notes.dialect = dialect->name;
  notes.judged->evidence.reader = reading_anew();
  return {};
}

std::string Judging::look(const Observation& observation, const Core& core, const PodsOfBoth& pods,
                          Notes& notes, TimePoint now) {
  const Rollout& rollout = *active_rollout(core.phase);
  JudgeContext context = context_of(core, notes.memo);
  notes.judged->verdict_of = rollout.candidate.uid;
  const AnalysisSpec& spec = observation.tracked.spec.analysis;
  if (spec.mode == AnalysisMode::kReadinessOnly) {
    notes.judged->verdict = by_readiness(context);
    return "";
  }
  if (notes.judged->judged_by && *notes.judged->judged_by != spec) notes.judged->settings.reset();
  notes.judged->judged_by = spec;
  const std::string uid = rollout.candidate.uid->get();
  const bool same =
      notes.judged->settings && belongs_to(notes.judged->evidence, uid, *notes.judged->settings);
  const bool ours = notes.judged->settings && (same || relapsed(Relapse::kMovedTarget)) &&
                    !knows_stable_now(observation, *core.stable, notes, now);
  if (!ours) {
    // Another candidate, other settings, or bounds to judge by at last: evidence starts again.
    notes.judged->settings.reset();
    const auto found = choose(observation, *core.stable, notes);
    if (found && *found == MetricsFinding::kNothing && pods().none) {
      notes.judged->verdict = asleep_verdict();
      return "";
    }
    if (!found || *found != MetricsFinding::kUsable) {
      const std::string why =
          found ? missing_metrics(*found, core.stable->name.get()) : found.error().message;
      notes.judged->verdict = blind_verdict(Verdict{}, why);
      return why;
    }
    notes.judged->evidence = fresh_evidence(uid, *notes.judged->settings);
    notes.judged->judged_at.reset();
    notes.judged->without_pods.reset();
    notes.judged->blind.clear();
    notes.judged->checks_read.reset();
    notes.judged->check_trouble.clear();
  }
  if (context.step_since != TimePoint{} &&
      notes.judged->evidence.step_since != context.step_since) {
    notes.judged->evidence = start_step(std::move(notes.judged->evidence), context.step_since);
  }
  std::string& blind = notes.judged->blind;
  if (is_due(notes, now)) {
    notes.judged->judged_at = now;
    Status read = read_counts(observation, core, pods, notes, now);
    if (read) read = find_again(observation, *core.stable, notes, now);
    blind = read ? "" : read.error().message;
  }
  context.without_pods = notes.judged->without_pods;
  notes.judged->verdict = judge(notes.judged->evidence, *notes.judged->settings, context, now);
  if (!notes.judged->check_trouble.empty() &&
      std::ranges::count(notes.judged->verdict.holds, AnalysisHold::kNoCheckValue) > 0) {
    notes.judged->verdict.sentence += "; " + notes.judged->check_trouble;
  }
  // A query that failed is neither a pass nor a failure: nothing is raised until one succeeds.
  if (!blind.empty() && notes.judged->verdict.kind != VerdictKind::kRollback) {
    notes.judged->verdict = blind_verdict(notes.judged->verdict, blind);
  }
  return blind;
}

}  // namespace freshet
