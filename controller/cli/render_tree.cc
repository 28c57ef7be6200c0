// One service as a tree.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "controller/cli/render_text.h"

namespace freshet {
namespace {

constexpr std::size_t kBarColumns = 20;
constexpr std::size_t kShownHistory = 5;
constexpr std::size_t kShownCommands = 3;

using Lines = std::vector<std::string>;
using Rows = std::vector<std::vector<std::string>>;

std::string at(std::optional<TimePoint> t, TimePoint now) {
  return t ? moment_text(*t) + " (" + age_text(t, now) + " ago)" : "an unknown time";
}

// A title, and its lines behind the strokes of a tree.
std::string section(const std::string& title, const Lines& lines, const RenderOptions& options) {
  if (lines.empty()) return "";
  std::string out = "\n" + paint(title, Colour::kBold, options.colours) + "\n";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out += (i + 1 == lines.size() ? "└─ " : "├─ ") + lines[i] + "\n";
  }
  return out;
}

Lines aligned(const Rows& rows) {
  Lines lines = split(lay_out(rows), '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::string plan_mark(int place, int current, const RenderOptions& options) {
  if (place < current) return paint("✓", Colour::kGreen, options.colours);
  if (place == current) return paint("▶", Colour::kBlue, options.colours);
  return paint("·", Colour::kDim, options.colours);
}

// done ✓, current ▶, coming ·
std::string plan_line(const ServiceDetail& detail, const RenderOptions& options) {
  const Rollout* rollout = rollout_of(detail);
  if (rollout == nullptr) return "";
  const int steps = static_cast<int>(rollout->plan.size());
  int current = -1;  // of the plan; before its first step
  if (const auto* shifting = std::get_if<Shifting>(&detail.core->phase)) current = shifting->step;
  if (std::holds_alternative<Baking>(detail.core->phase)) current = steps;
  std::vector<std::string> parts;
  for (int i = 0; i < steps; ++i) {
    parts.push_back(plan_mark(i, current, options) + " " +
                    percent_text(rollout->plan[static_cast<std::size_t>(i)]));
  }
  parts.push_back(plan_mark(steps, current, options) + " bake " + format_duration(bake_of(detail)));
  parts.push_back(plan_mark(steps + 1, current, options) + " 100 %");
  return join(parts, "   ");
}

Lines plan_lines(const ServiceDetail& detail, const RenderOptions& options) {
  const Rollout* rollout = rollout_of(detail);
  if (rollout == nullptr) return {};
  Lines lines{plan_line(detail, options)};
  std::string times = "rollout " + rollout->id + " since " + at(rollout->started, options.now);
  if (!step_text(detail).empty() && detail.status.step_since) {
    times += ", this step since " + at(detail.status.step_since, options.now);
  }
  if (rollout->held > Duration{0}) times += ", people took " + format_age(rollout->held);
  lines.push_back(times);
  return lines;
}

std::string readiness(const RevisionView* view) {
  if (view == nullptr) return "? not read";
  switch (view->ready.status) {
    case Tri::kTrue: return "✓ Ready";
    case Tri::kFalse: return "✗ " + (view->ready.reason.empty() ? "NotReady" : view->ready.reason);
    case Tri::kUnknown: return "… not Ready yet";
  }
  return "";
}

std::vector<std::string> revision_row(const ServiceDetail& detail, const std::string& role,
                                      const RevisionStatus& revision, int wanted, TimePoint now) {
  const RevisionView* view = find_revision(detail, revision.name);
  std::string observed = "?";
  if (detail.service) {
    observed =
        percent_text(share_of(detail.service->observed_traffic, RevisionName(revision.name)));
  }
  return {role,
          revision.name.empty() ? "not made yet" : revision.name,
          short_digests(revision.digests),
          "wanted " + percent_text(wanted),
          "observed " + observed,
          readiness(view),
          "image " + age_text(revision.image_created, now) + " old",
          "Revision " + age_text(view != nullptr ? view->created : std::nullopt, now) + " old"};
}

Lines revision_lines(const ServiceDetail& detail, TimePoint now) {
  const int percent = detail.core ? candidate_percent(*detail.core) : detail.status.percent;
  Rows rows;
  if (detail.status.stable) {
    rows.push_back(revision_row(detail, "stable", *detail.status.stable, 100 - percent, now));
  }
  if (detail.status.candidate) {
    rows.push_back(revision_row(detail, "candidate", *detail.status.candidate, percent, now));
  }
  return aligned(rows);
}

// Two bars: full means that this side has won.
Lines evidence_lines(const ServiceDetail& detail, const RenderOptions& options) {
  if (!detail.status.verdict || rollout_of(detail) == nullptr) return {};
  const VerdictStatus& v = *detail.status.verdict;
  const auto row = [&](const char* side, double value, double threshold, Colour colour,
                       const std::string& leads_to) {
    const double share = threshold > 0 ? value / threshold : 0;
    return std::vector<std::string>{side, paint(bar(share, kBarColumns), colour, options.colours),
                                    fmt::format("{:.2f} of {:.2f}", value, threshold), leads_to};
  };
  const std::string metric = v.metric.empty() ? "" : " (" + v.metric + ")";
  Lines lines = aligned({row("against", v.evidence_against, v.threshold_against, Colour::kRed,
                             "full: taken back" + metric),
                         row("for", v.evidence_for, v.threshold_for, Colour::kGreen,
                             "full: this percent is passed")});
  std::string counts =
      fmt::format("canary {} errors in {} requests, stable {} in {}",
                  with_thousands(v.canary_errors), with_thousands(v.canary_requests),
                  with_thousands(v.stable_errors), with_thousands(v.stable_requests));
  if (v.needed > 0) {
    counts += fmt::format("; about {} canary requests still needed", with_thousands(v.needed));
  }
  lines.push_back(counts);
  return lines;
}

Lines gate_lines(const ServiceDetail& detail, const RenderOptions& options) {
  Lines lines;
  for (const GateStatus& gate : detail.status.gates) {
    lines.push_back(gate_text(gate, options) +
                    (gate.at ? ", " + age_text(gate.at, options.now) + " ago" : ""));
  }
  return lines;
}

Lines hold_lines(const ServiceDetail& detail, const RenderOptions& options) {
  Lines lines;
  for (const HoldStatus& hold : detail.status.holds) {
    std::string line = paint("⏸ " + hold.reason, Colour::kYellow, options.colours) + " by " +
                       hold.owner + " since " + at(hold.since, options.now);
    if (hold.until) line += ", until " + moment_text(*hold.until);
    lines.push_back(line + ": " + hold.message);
  }
  return lines;
}

Lines rejection_lines(const ServiceDetail& detail, const RenderOptions& options) {
  Lines lines;
  const auto add = [&](const char* what, const RejectionStatus& entry) {
    lines.push_back(paint(what, Colour::kRed, options.colours) + " " +
                    short_digests(entry.digests) + " until " + moment_text(entry.until) + ": " +
                    entry.why);
  };
  for (const RejectionStatus& entry : detail.status.rejected) add("✗ rejected", entry);
  for (const RejectionStatus& entry : detail.status.deferred) add("… deferred", entry);
  return lines;
}

Lines command_lines(const ServiceDetail& detail) {
  Lines lines;
  for (const CommandStatus& command : detail.status.commands) {
    if (lines.size() == kShownCommands) break;
    const std::string mark = command.answer == "Accepted" ? "✓ " : "✗ ";
    lines.push_back(mark + command.verb + " " + to_lower(command.answer) + " at " +
                    moment_text(command.at) + ": " + command.message);
  }
  return lines;
}

Lines history_lines(const ServiceDetail& detail) {
  Lines lines;
  for (const HistoryEntry& entry : detail.status.history) {
    if (lines.size() == kShownHistory) break;
    const std::string mark = entry.outcome == "Promoted" ? "✓" : "✗";
    lines.push_back(fmt::format("{} {}  {} {}→{} after {}: {}", mark, moment_text(entry.ended),
                                entry.outcome, short_digests(entry.from_digests),
                                short_digests(entry.to_digests),
                                format_age(entry.ended - entry.started), entry.message));
  }
  return lines;
}

}  // namespace

std::string service_tree(const ServiceDetail& detail, const RenderOptions& options) {
  const Mood mood = mood_of(detail);
  const std::string phase = detail.status.phase.empty() ? "Pending" : detail.status.phase;
  const std::string step = step_text(detail);
  std::string out =
      paint(symbol(mood), colour_of(mood), options.colours) + " " +
      paint(detail.tracked.name_space + "/" + detail.tracked.name, Colour::kBold, options.colours) +
      "  " + phase + (step.empty() ? "" : ", " + step) + "\n";
  const auto columns = static_cast<std::size_t>(std::max(options.columns, 0));
  out += "  " + wrapped(present_sentence(detail), columns, "  ") + "\n";
  out += section("Plan", plan_lines(detail, options), options);
  out += section("Revisions", revision_lines(detail, options.now), options);
  out += section("Gates", gate_lines(detail, options), options);
  out += section("Evidence", evidence_lines(detail, options), options);
  out += section("Holds", hold_lines(detail, options), options);
  out += section("Not rolled out", rejection_lines(detail, options), options);
  out += section("Commands", command_lines(detail), options);
  out += section("History", history_lines(detail), options);
  out += section("Next", {wrapped(next_sentence(detail), columns, "   ")}, options);
  return out;
}

}  // namespace freshet
