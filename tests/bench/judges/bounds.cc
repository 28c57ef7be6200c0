// Each scenario's bounds.
#include "tests/bench/judges/bounds.h"

#include <fmt/format.h>

#include <algorithm>

namespace freshet {
namespace {

constexpr double kFalseRollback = 0.001;  // α
constexpr double kFalseRollbackDispersed = 0.01;
constexpr double kMissed = 0.01;

constexpr double kPromotedAtTheEdge = 0.05;  // β

void add(Share& sum, const Share& more) {
  sum.hits += more.hits;
  sum.runs += more.runs;
}

Bound at_most_value(const std::string& claim, double value, double limit, bool any) {
  return {claim, any ? fmt::format("{:.1f}", value) : "never", any && value <= limit};
}

std::vector<Bound> bounds_of_one(const Contest& contest) {
  const Scenario& s = contest.scenario;
  const Summary ours = summary_of(contest.runs[kFreshet]);
  const std::string back = s.name + ": rolled back";
  std::vector<Bound> out;
  switch (s.kind) {
    case Kind::kGood: out.push_back(at_most(back, ours.rolled_back, kFalseRollback)); break;
    case Kind::kDispersed:
      out.push_back(at_most(back, ours.rolled_back, kFalseRollbackDispersed));
      break;
    case Kind::kBetter:
      out.push_back({s.name + ": never rolled back", percent_text(ours.rolled_back),
                     ours.rolled_back.hits == 0});
      break;
    case Kind::kBad: out.push_back(at_most(s.name + ": promoted", ours.promoted, kMissed)); break;
    case Kind::kReported: break;
  }
  if (s.requests_at_most) {
    out.push_back(
        at_most_value(fmt::format("{}: at most {} canary requests", s.name, *s.requests_at_most),
                      ours.requests, *s.requests_at_most, ours.rolled_back.hits > 0));
  }
  if (s.promoted_minutes) {
    out.push_back(
        at_most_value(fmt::format("{}: promoted within {} minutes", s.name, *s.promoted_minutes),
                      ours.promote_minutes, *s.promoted_minutes, ours.promoted.hits > 0));
  }
  if (s.never_promoted) {
    out.push_back(
        {s.name + ": never promoted", percent_text(ours.promoted), ours.promoted.hits == 0});
  }
  if (s.must_roll_back) {
    out.push_back(at_most(s.name + ": not rolled back",
                          {ours.rolled_back.runs - ours.rolled_back.hits, ours.rolled_back.runs},
                          kMissed));
  }
  return out;
}

}  // namespace

std::string percent_text(const Share& share) {
  const ExactInterval sure = clopper_pearson(share);
  return fmt::format("{:.2f} % ({:.2f} to {:.2f})", 100 * share.value(), 100 * sure.low,
                     100 * sure.high);
}

Bound at_most(const std::string& claim, const Share& share, double limit) {
  return {fmt::format("{} at most {:.4g} %", claim, 100 * limit), percent_text(share),
          clopper_pearson(share).low <= limit};
}

std::vector<Bound> bounds_of(const std::vector<Contest>& contests) {
  std::vector<Bound> out;
  Share false_rollbacks;
  for (const Contest& contest : contests) {
    const std::vector<Bound> more = bounds_of_one(contest);
    out.insert(out.end(), more.begin(), more.end());
    if (contest.scenario.kind != Kind::kGood) continue;
    add(false_rollbacks, summary_of(contest.runs[kFreshet]).rolled_back);
  }
  out.push_back(
      at_most("all exchangeable scenarios together: rolled back", false_rollbacks, kFalseRollback));
  return out;
}

std::vector<Bound> bounds_of(const std::vector<SweepRow>& rows) {
  Share false_rollbacks;
  Share dispersed;
  Share missed;
  for (const SweepRow& row : rows) {
    const Summary& ours = row.by_judge[kFreshet];
    const double phi = row.cell.dispersion;
    if (row.cell.effect == 1 && phi == 1) add(false_rollbacks, ours.rolled_back);
    if (row.cell.effect == 1 && phi > 1 && phi <= 3) add(dispersed, ours.rolled_back);
    if (row.outside && phi == 1) add(missed, ours.promoted);
  }
  return {at_most("sweep, as good as stable: rolled back", false_rollbacks, kFalseRollback),
          at_most("sweep, as good, dispersion up to 3: rolled back", dispersed,
                  kFalseRollbackDispersed),
          at_most("sweep, outside the margin: promoted", missed, kMissed)};
}

Pooled pooled(const std::vector<NullRow>& rows, NullClaim claim, std::size_t level) {
  Pooled out;
  for (const NullRow& row : rows) {
    const Share& share = row.ever[claim][level];
    add(out.all, share);
    if (out.worst.runs == 0 || share.hits > out.worst.hits) out.worst = share;
  }
  return out;
}

std::vector<Bound> bounds_of(const std::vector<NullRow>& rows) {
  std::vector<Bound> out;
  for (std::size_t claim = 0; claim < kNullClaims; ++claim) {
    for (std::size_t level = 0; level < kNominalLevels.size(); ++level) {
      const Pooled both = pooled(rows, static_cast<NullClaim>(claim), level);
      out.push_back(at_most(fmt::format("{}, worst cell:", kNullClaimNames[claim]), both.worst,
                            kNominalLevels[level]));
    }
  }
  return out;
}

std::vector<Bound> bounds_of(const std::vector<AnalyzerNullRow>& rows) {
  Share back;
  Share promoted;
  bool each = true;
  for (const AnalyzerNullRow& row : rows) {
    add(back, row.rolled_back);
    add(promoted, row.promoted);
    each = each && clopper_pearson(row.rolled_back).low <= kFalseRollback &&
           clopper_pearson(row.promoted).low <= kPromotedAtTheEdge;
  }
  Bound of_each{"analyzer at its edges: both, in each cell", each ? "yes" : "no", each};
  return {at_most("analyzer at its rollback margin: rolled back", back, kFalseRollback),
          at_most("analyzer at its promotion margin: promoted", promoted, kPromotedAtTheEdge),
          of_each};
}

std::vector<Bound> bounds_of(const std::vector<LimitRow>& rows) {
  double most = 0;
  for (const LimitRow& row : rows) most = std::max(most, row.plain / row.limit);
  return {{fmt::format("ours at most {} times the limit, effect unknown, in every cell",
                       kMostOverLimit),
           fmt::format("{:.2f}", most), most <= kMostOverLimit}};
}

}  // namespace freshet
