// freshet judge --record: a live Prometheus, written down as judge --replay reads it.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <memory>

#include "analysis/replay.h"
#include "base/text.h"
#include "controller/cli/cluster.h"
#include "controller/cli/judge.h"
#include "controller/cli/judge_recorder.h"
#include "controller/cli/prometheus_flags.h"
#include "controller/cli/stop_signals.h"

namespace freshet {
namespace {

constexpr Duration kLongestNap{250};  // between two questions whether to stop

using WriteLines = std::function<Status(const std::string& text)>;

// Appends and flushes: whatever ends the program, the lines before it are there.
Result<WriteLines> open_recording(Context& context, const std::string& file) {
  if (file == "-") {
    return WriteLines([&context](const std::string& text) -> Status {
      context.out.print(text);
      return {};
    });
  }
  auto stream = std::make_shared<std::ofstream>(file, std::ios::app | std::ios::binary);
  if (!*stream) return bad_input("cannot write " + file);
  return WriteLines([stream, file](const std::string& text) -> Status {
    *stream << text << std::flush;
    if (*stream) return {};
    return make_error(ErrorKind::kPermanent, "cannot write " + file);
  });
}

// What is to be recorded now; nullopt: no rollout gives its candidate requests.
struct NamedRollout {
  std::string id;  // of the rollout
  RecordedRollout rollout;
};
using FindRollout = std::function<Result<std::optional<NamedRollout>>()>;

FindRollout as_named(const RecordOptions& options) {
  RecordedRollout rollout;
  rollout.canary.key = {options.cluster.name_space, options.canary};
  rollout.stable.key = {options.cluster.name_space, options.stable};
  rollout.percent = options.percent;
  rollout.spec = options.spec.value_or(TrackedServiceSpec{});
  rollout.left_out = {rollout.spec.rollout.tag, ""};
  return [rollout]() -> Result<std::optional<NamedRollout>> { return NamedRollout{"", rollout}; };
}

ArmSource arm_of(const ServiceDetail& detail, const RevisionName& name) {
  const RevisionView* revision = find_revision(detail, name.get());
  return {{detail.tracked.name_space, name.get()},
          revision != nullptr ? revision->created : std::nullopt};
}

std::optional<NamedRollout> rollout_in(const ServiceDetail& detail, const RecordOptions& options) {
  if (!detail.core || !detail.core->stable || candidate_percent(*detail.core) == 0) return {};
  const Rollout& rollout = *active_rollout(detail.core->phase);
  if (!rollout.candidate.name) return {};
  NamedRollout found{rollout.id, {}};
  found.rollout.canary = arm_of(detail, *rollout.candidate.name);
  found.rollout.stable = arm_of(detail, detail.core->stable->name);
  found.rollout.percent = candidate_percent(*detail.core);
  found.rollout.spec = options.spec.value_or(detail.tracked.spec);
  TagRequests& left_out = found.rollout.left_out;
  left_out.tag = tag_of(&rollout, detail.tracked.spec.rollout.tag);
  if (!detail.service) return found;
  const auto& urls = detail.service->tag_urls;
  if (const auto named = urls.find(left_out.tag); named != urls.end()) {
    if (const auto url = parse_url(named->second)) left_out.host = url->host;
  }
  return found;
}

Result<FindRollout> in_cluster(Context& context, const RecordOptions& options) {
  auto connected = connect(context, options.cluster);
  if (!connected) return connected.error();
  const std::shared_ptr<ClusterConnection> cluster = *std::move(connected);
  return FindRollout([cluster, &options]() -> Result<std::optional<NamedRollout>> {
    const auto detail = read_service(*cluster, options.service);
    if (!detail) return detail.error();
    return rollout_in(*detail, options);
  });
}

// One recording from its first look to its last.
class Recording {
 public:
  Recording(Context& context, const RecordOptions& options, FindRollout find, WriteLines write,
            MetricsSource& source)
      : context_(context),
        options_(options),
        find_(std::move(find)),
        write_(std::move(write)),
        recorder_(source, options.every) {}

  // Looks until told to stop, the time is over or the rollout is; its exit code.
  int run() {
    const auto stop = until_stopped(context_);
    const TimePoint began = context_.clock.now();
    const auto over = [&](TimePoint now) {
      return stop() || (options_.length > Duration{} && now - began >= options_.length);
    };
    for (TimePoint now = began; !over(now) && !ended_; now = context_.clock.now()) {
      if (const Status looked = look(now); !looked) return report(context_, looked.error());
      const TimePoint next = now + options_.every;
      for (; !ended_ && !over(now) && now < next; now = context_.clock.now()) {
        context_.sleep(std::min<Duration>(kLongestNap, next - now));
      }
    }
    return finish(context_.clock.now(), context_.clock.now() - began);
  }

 private:
  // An error ends it: what cannot be read now is none.
  Status look(TimePoint now) {
    auto found = find_();
    if (!found && !rollout_ && found.error().kind != ErrorKind::kTransient) return found.error();
    if (!found) {
      tell(found.error().message);
    } else if (rollout_ && (!*found || (*found)->id != rollout_->id)) {
      ended_ = true;  // one look more: what decided it may have closed since the last
    } else {
      rollout_ = *std::move(found);
    }
    if (!rollout_) {
      if (found) tell("no rollout gives a candidate requests yet; waiting for one");
      return {};
    }
    const auto closed = recorder_.look(rollout_->rollout, now);
    if (!closed) {
      tell(closed.error().message);
      return {};
    }
    if (found) told_.clear();
    return write(*closed);
  }

  Status write(const std::vector<Interval>& intervals) {
    std::string lines;
    for (const Interval& interval : intervals) {
      lines += print_recording_line(interval) + "\n";
      if (!interval.missing) ++written_;
    }
    return lines.empty() ? Status{} : write_(lines);
  }

  // Trouble is told when it begins, not at every look.
  void tell(const std::string& trouble) {
    if (trouble != told_) context_.out.complain(trouble);
    told_ = trouble;
  }

  int finish(TimePoint now, Duration length) {
    if (const auto missing = recorder_.finish(now); missing && rollout_ && !ended_) {
      if (const Status wrote = write({*missing}); !wrote) return report(context_, wrote.error());
    }
    context_.out.complain(fmt::format("recorded {} {} in {}{}", written_,
                                      written_ == 1 ? "interval" : "intervals", format_age(length),
                                      ended_ ? "; the rollout is over" : ""));
    return written_ > 0 ? kDone : kFailed;
  }

  Context& context_;
  const RecordOptions& options_;
  FindRollout find_;
  WriteLines write_;
  Recorder recorder_;
  std::optional<NamedRollout> rollout_;
  bool ended_ = false;
  std::string told_;
  std::int64_t written_ = 0;
};

Status check_record(const RecordOptions& options) {
  if (options.prometheus.url.empty())
    return tl::unexpected(bad_input("--record needs --prometheus"));
  if (options.every <= Duration{}) {
    return tl::unexpected(bad_input("--every must be longer than nothing"));
  }
  const bool any = !options.stable.empty() || !options.canary.empty() || options.percent != 0;
  const bool all = !options.stable.empty() && !options.canary.empty() && options.percent != 0;
  if (options.service.empty() ? !all : any) {
    return tl::unexpected(
        bad_input("--record needs either SERVICE, or --stable, --canary and --percent"));
  }
  if (all && options.cluster.name_space.empty()) {
    return tl::unexpected(bad_input("--stable and --canary need their --namespace"));
  }
  return {};
}

}  // namespace

int run_record(const RecordOptions& options, Context& context) {
  if (const Status sound = check_record(options); !sound) return report(context, sound.error());
  auto find = options.service.empty() ? as_named(options) : in_cluster(context, options);
  if (!find) return report(context, find.error());
  auto access = checked(options.prometheus);
  if (!access) return report(context, access.error());
  const auto prometheus = prometheus_source(context, *std::move(access));
  if (!prometheus) return report(context, prometheus.error());
  auto write = open_recording(context, options.file);
  if (!write) return report(context, write.error());
  const std::string what = options.service.empty() ? options.canary + " against " + options.stable
                                                   : "the rollout of " + options.service;
  context.out.complain(
      fmt::format("recording {} to {}{}, a look every {}", printable(what),
                  options.file == "-" ? "standard output" : options.file,
                  options.length > Duration{} ? " for " + format_age(options.length) : "",
                  format_age(options.every)));
  return Recording(context, options, *std::move(find), *std::move(write), *(*prometheus)->source)
      .run();
}

}  // namespace freshet
