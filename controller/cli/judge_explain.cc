// Why a replay ended as it did.
#include "controller/cli/judge_explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "analysis/claims.h"
#include "base/text.h"
#include "controller/cli/judge_chart.h"
#include "controller/cli/text_layout.h"

namespace freshet {
namespace {

constexpr double kShownFrom = -100;  // evidence below it is only said to be lower

// The line that decided; where none did, the last.
std::size_t deciding_line(const ReplayReport& report) {
  const auto decides = [&](const ReplayLine& line) { return line.verdict.kind == report.end; };
  const bool decided = report.end != VerdictKind::kContinue;
  const auto found = std::find_if(report.lines.begin(), report.lines.end(), decides);
  if (!decided || found == report.lines.end()) return report.lines.size() - 1;
  return static_cast<std::size_t>(found - report.lines.begin());
}

TimePoint counted_from(const ReplayReport& report) {
  const Interval& first = report.lines.front().interval;
  return first.missing ? first.end : first.start;
}

std::string intervals_text(std::size_t count) {
  return count == 1 ? "1 interval"
                    : with_thousands(static_cast<std::int64_t>(count)) + " intervals";
}

std::string headline(const ReplayReport& report) {
  const TimePoint start = counted_from(report);
  const TimePoint end = report.lines.back().interval.end;
  const auto counted = std::count_if(report.lines.begin(), report.lines.end(),
                                     [](const auto& line) { return !line.interval.missing; });
  return fmt::format("{} from {} to {} ({})\n", intervals_text(static_cast<std::size_t>(counted)),
                     format_rfc3339(start), format_rfc3339(end), format_age(end - start));
}

std::string share_text(const ArmTotals& arm) {
  const std::string counts = with_thousands(arm.errors) + "/" + with_thousands(arm.requests);
  if (arm.requests == 0) return counts;
  const double share = static_cast<double>(arm.errors) / static_cast<double>(arm.requests);
  return fmt::format("{} ({:.3g} %)", counts, 100 * share);
}

std::string evidence_text(double log_e, double threshold) {
  if (log_e < kShownFrom) return fmt::format("under {:.0f} of {:.2f}", kShownFrom, threshold);
  return fmt::format("{:.2f} of {:.2f}", log_e, threshold);
}

// Whatever the report holds: claims with their counts, then evidence for what has none.
std::string metrics_table(const ReplayReport& report, const Verdict& verdict) {
  std::vector<std::vector<std::string>> rows = {{"METRIC", "CANARY", "STABLE", "AGAINST", "FOR"}};
  std::map<std::string, double> in_favour = verdict.promote_evidence;
  const auto take = [&](const std::string& name) -> std::string {
    const auto found = in_favour.extract(name);
    return found ? evidence_text(found.mapped(), verdict.promote_threshold) : "–";
  };
  for (const ReplayMetric& metric : report.metrics) {
    rows.push_back({metric.name, share_text(metric.canary), share_text(metric.stable),
                    evidence_text(metric.against, verdict.rollback_threshold), take(metric.name)});
  }
  while (!in_favour.empty()) {
    const std::string name = in_favour.begin()->first;
    rows.push_back({name, "–", "–", "–", take(name)});
  }
  return lay_out(rows);
}

std::string happened(const std::string& metric) {
  if (metric == "errors") return "failed";
  if (metric.starts_with("latency ")) return "were slower than " + metric.substr(8) + " s";
  return "count as " + metric;
}

std::string compared(const ReplayReport& report, const std::string& name) {
  const auto metric = std::ranges::find(report.metrics, name, &ReplayMetric::name);
  if (metric == report.metrics.end()) return "";
  return fmt::format("Of the candidate's requests {} {}, of stable's {}. ",
                     share_text(metric->canary), happened(name), share_text(metric->stable));
}

std::string least_metric(const Verdict& verdict) {
  for (const auto& [name, log_e] : verdict.promote_evidence) {
    if (log_e <= least_in_favour(verdict)) return name;
  }
  return verdict.metric;
}

// "" or a sentence: for how long each hold stood, and what could not be read.
std::string held_up(const ReplayReport& report, std::size_t decided) {
  std::map<AnalysisHold, Duration> held;
  Duration unread{};
  Duration doubted{};  // all was shown, and yet it waited: soak, or a doubt
  for (std::size_t i = 0; i <= decided; ++i) {
    const ReplayLine& line = report.lines[i];
    if (line.interval.end <= counted_from(report)) continue;
    const Duration length = line.interval.end - line.interval.start;
    for (const AnalysisHold hold : line.verdict.holds) held[hold] += length;
    const Verdict& verdict = line.verdict;
    if (line.interval.missing) {
      unread += length;
    } else if (verdict.kind == VerdictKind::kContinue && verdict.holds.empty() &&
               !verdict.promote_evidence.empty() &&
               least_in_favour(verdict) >= verdict.promote_threshold) {
      doubted += length;
    }
  }
  std::vector<std::string> causes;
  for (const auto& [hold, length] : held) {
    causes.push_back(fmt::format("{} for {}", to_string(hold), format_age(length)));
  }
  if (unread > Duration{}) causes.push_back("metrics unread for " + format_age(unread));
  if (doubted > Duration{}) {
    causes.push_back("watching on for " + format_age(doubted) +
                     " after every metric had been shown (soak, or a doubt)");
  }
  return causes.empty() ? "" : "What held it up: " + join(causes, "; ") + ". ";
}

// What the claim would not have been held against the candidate for.
std::string nobodys_fault(const AnalysisSettings& settings, const std::string& name) {
  for (const Claim& claim : claims(settings)) {
    if (claim_name(claim, settings) != name) continue;
    switch (claim.kind) {
      case ClaimKind::kErrors:
      case ClaimKind::kLatency: {
        const Margin margin = margins_of(claim, settings).rollback;
        return fmt::format("within {} × stable's rate + {:.4g} %", margin.times, 100 * margin.plus);
      }
      case ClaimKind::kLost:
        return fmt::format("that finishes {:.0f} % of its share", 100 * kLossMargin);
      case ClaimKind::kObjective: return "that keeps its promise, or is no worse than stable,";
      case ClaimKind::kCheck: return "that is worse every other time at most";
    }
  }
  return "as good as stable";
}

std::string rollback_text(const ReplayReport& report, const Verdict& verdict) {
  return fmt::format(
      "{} decided. {}Evidence of {:.2f} passed the threshold of {:.2f}: a candidate {} gets so "
      "far, at any time, in at most {:.4g} % of rollouts. ",
      verdict.metric, compared(report, verdict.metric), verdict.rollback_evidence,
      verdict.rollback_threshold, nobodys_fault(report.settings, verdict.metric),
      100 * report.settings.alpha);
}

// The line from which on every metric was shown, until the one that decided.
const ReplayLine& shown_since(const ReplayReport& report, std::size_t decided) {
  std::size_t first = decided;
  for (; first > 0; --first) {
    const Verdict& before = report.lines[first - 1].verdict;
    if (before.promote_evidence.empty() || least_in_favour(before) < before.promote_threshold) {
      break;
    }
  }
  return report.lines[first];
}

std::string promote_text(const ReplayReport& report, std::size_t decided) {
  const Verdict& verdict = report.lines[decided].verdict;
  const ReplayLine& shown = shown_since(report, decided);
  const std::string last = least_metric(verdict);
  return fmt::format(
      "every metric was shown to be within its margin, since {} and {} requests of the candidate. "
      "The closest is {}, with {:.2f} of {:.2f}. {}",
      format_age(shown.interval.end - counted_from(report)),
      with_thousands(shown.verdict.canary.requests), last, least_in_favour(verdict),
      verdict.promote_threshold, compared(report, last));
}

std::string open_text(const Verdict& verdict) {
  std::string out = fmt::format(
      "evidence against is {}, and the least evidence for, that of {}, {}. ",
      evidence_text(verdict.rollback_evidence, verdict.rollback_threshold), least_metric(verdict),
      evidence_text(least_in_favour(verdict), verdict.promote_threshold));
  if (verdict.needed == 0) return out;
  return out + fmt::format("About {} more requests of the candidate are needed, at stable's rate. ",
                           with_thousands(verdict.needed));
}

struct Glyph {
  const char* text;
  const char* ascii;
};
constexpr Glyph kGlyphs[] = {{"█", "#"}, {"▇", "#"}, {"▆", "#"}, {"▅", "+"}, {"▄", "+"}, {"▃", ":"},
                             {"▂", "."}, {"▁", "."}, {"┄", "-"}, {"─", "-"}, {"│", "|"}, {"┤", "+"},
                             {"└", "+"}, {"▼", "v"}, {"×", "x"}, {"–", "-"}, {"…", "~"}};

}  // namespace

std::string why_it_ended(const ReplayReport& report) {
  const std::size_t decided = deciding_line(report);
  const Verdict& verdict = report.lines[decided].verdict;
  const Duration age = report.lines[decided].interval.end - counted_from(report);
  std::string out = report.end == VerdictKind::kContinue
                        ? fmt::format("Neither was shown in {}: ", format_age(age))
                        : fmt::format("{} after {}: ", to_string(report.end), format_age(age));
  switch (report.end) {
    case VerdictKind::kRollback: out += rollback_text(report, verdict); break;
    case VerdictKind::kPromote: out += promote_text(report, decided); break;
    case VerdictKind::kReduce:
    case VerdictKind::kContinue:
    case VerdictKind::kAdvance:
    case VerdictKind::kInconclusive: out += open_text(verdict); break;
  }
  out += held_up(report, decided);
  const char* took =
      report.end == VerdictKind::kContinue ? "So far the candidate has had" : "It took";
  out += fmt::format("{} {} requests{}. ", took, with_thousands(verdict.canary.requests),
                     report.end == VerdictKind::kContinue ? "" : " of the candidate");
  return out + "The verdict's own words: " + verdict.sentence + ".";
}

std::string in_ascii(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto glyph = std::ranges::find_if(
        kGlyphs, [&](const Glyph& known) { return text.starts_with(known.text); });
    if (glyph != std::end(kGlyphs)) {
      out += glyph->ascii;
      text.remove_prefix(std::string_view(glyph->text).size());
      continue;
    }
    const auto byte = static_cast<unsigned char>(text.front());
    if (byte < 0x80) out += text.front();
    if (byte >= 0xc0) out += '?';  // the first byte of what is not known
    text.remove_prefix(1);
  }
  return out;
}

std::string explain_replay(const ReplayReport& report, const ExplainOptions& options) {
  const Verdict& verdict = report.lines[deciding_line(report)].verdict;
  const std::string text =
      headline(report) + "\n" + draw_chart(report, options.columns, options.colours) + "\n" +
      metrics_table(report, verdict) + "\n" + wrapped(why_it_ended(report), options.columns) + "\n";
  return options.ascii ? in_ascii(text) : text;
}

}  // namespace freshet
