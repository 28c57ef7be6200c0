// The terminal's form of the results.
#include <fmt/format.h>

#include "tests/bench/judges/results.h"

namespace freshet {
namespace {

std::string number_or_dash(double value, bool any, int digits) {
  return any ? fmt::format("{:.{}f}", value, digits) : "-";
}

// "100 %, 243 (13)" of a bad canary, "0 %, 16.5 min" of a good one.
std::string page_cell(const Summary& s, bool bad) {
  const bool back = s.rolled_back.hits > 0;
  const std::string behind =
      bad ? fmt::format("{:.0f} ({:.0f})", s.requests, s.bad)
          : fmt::format("{} min", number_or_dash(s.promote_minutes, s.promoted.hits > 0, 1));
  return fmt::format(" {:.3g} %{} |", 100 * s.rolled_back.value(),
                     bad && !back ? "" : ", " + behind);
}

std::string percents(const std::array<Share, kNominalLevels.size()>& shares) {
  std::string out;
  for (const Share& share : shares) out += fmt::format(" {:>8.2f}", 100 * share.value());
  return out;
}

}  // namespace

std::string table_of(const Contest& contest) {
  std::string out = fmt::format("{:<58}{:>26}{:>10}{:>7}{:>10}{:>8}{:>9}{:>9}\n",
                                contest.scenario.name, "% rolled back (95 %)", "promoted", "open",
                                "requests", "bad", "min back", "min fwd");
  for (std::size_t judge = 0; judge < kContenders; ++judge) {
    const Summary s = summary_of(contest.runs[judge]);
    const bool back = s.rolled_back.hits > 0;
    out +=
        fmt::format("  {:<56}{:>26}{:>10.1f}{:>7.1f}{:>10}{:>8}{:>9}{:>9}\n",
                    kContenderNames[judge], percent_text(s.rolled_back), 100 * s.promoted.value(),
                    100 * s.inconclusive.value(), number_or_dash(s.requests, back, 0),
                    number_or_dash(s.bad, back, 0), number_or_dash(s.rollback_minutes, back, 1),
                    number_or_dash(s.promote_minutes, s.promoted.hits > 0, 1));
  }
  return out;
}

std::string page_table(const std::vector<Contest>& contests) {
  std::string out = "| Scenario |";
  std::string rule = "|---|";
  for (Contender judge : {kFreshet, kFlagger, kArgo, kKayenta}) {
    out += fmt::format(" {} |", kContenderNames[judge]);
    rule += "---|";
  }
  out += "\n" + rule + "\n";
  for (const Contest& contest : contests) {
    const bool bad = contest.scenario.kind == Kind::kBad;
    out += "| " + contest.scenario.name + " |";
    for (Contender judge : {kFreshet, kFlagger, kArgo, kKayenta}) {
      out += page_cell(summary_of(contest.runs[judge]), bad);
    }
    out += "\n";
  }
  return out;
}

std::string table_of(const std::vector<SweepRow>& rows) {
  std::string out = "sweep: % rolled back / % promoted, median canary requests until rollback\n";
  out += fmt::format("{:>6} {:>5} {:>6} {:>7} {:>4} {:>7}", "rps", "split", "base", "effect", "phi",
                     "margin");
  for (const auto& name : kContenderNames) out += fmt::format("  {:>17}", name);
  out += "\n";
  for (const SweepRow& row : rows) {
    out += fmt::format("{:>6} {:>3} % {:>4} % {:>7} {:>4} {:>7}", row.cell.rps, row.cell.percent,
                       100 * row.cell.errors, fmt::format("x{}", row.cell.effect),
                       row.cell.dispersion, row.outside ? "outside" : "within");
    for (const Summary& s : row.by_judge) {
      out += fmt::format("  {:>3.0f} /{:>4.0f} {:>7}", 100 * s.rolled_back.value(),
                         100 * s.promoted.value(),
                         number_or_dash(s.requests, s.rolled_back.hits > 0, 0));
    }
    out += "\n";
  }
  return out;
}

std::string table_of(const std::vector<NullRow>& rows) {
  std::string out = "false claims of the primitive, % of runs, against the nominal level\n";
  out += fmt::format("{:<60}", fmt::format("nominal level, {} cells", rows.size()));
  for (double level : kNominalLevels) out += fmt::format(" {:>7.4g}%", 100 * level);
  out += "\n";
  for (std::size_t claim = 0; claim < kNullClaims; ++claim) {
    std::array<Share, kNominalLevels.size()> all{};
    std::array<Share, kNominalLevels.size()> worst{};
    for (std::size_t level = 0; level < kNominalLevels.size(); ++level) {
      const Pooled both = pooled(rows, static_cast<NullClaim>(claim), level);
      all[level] = both.all;
      worst[level] = both.worst;
    }
    out += fmt::format("{:<60}{}\n", kNullClaimNames[claim], percents(all));
    out += fmt::format("{:<60}{}\n", "  in the worst cell", percents(worst));
  }
  return out;
}

std::string table_of(const std::vector<AnalyzerNullRow>& rows) {
  std::string out = "the whole analyzer, errors only, at the edges of its margins, 50 rps\n";
  out += fmt::format("{:>6} {:>7} {:>28} {:>28}\n", "base", "split", "worse: % rolled back",
                     "not good: % promoted");
  for (const AnalyzerNullRow& row : rows) {
    out += fmt::format("{:>4} % {:>5} % {:>28} {:>28}\n", 100 * row.cell.errors, row.cell.percent,
                       percent_text(row.rolled_back), percent_text(row.promoted));
  }
  return out;
}

std::string table_of(const std::vector<LimitRow>& rows) {
  std::string out =
      "canary requests until 1,000 to 1, as multiples of the limit; medians but for the mean\n";
  out += fmt::format("{:<22} {:>7} {:>7} {:>7} {:>7} {:>7} | {:>8} {:>9} {:>7} {:>8}\n",
                     "errors, split", "limit", "ours", "ratio", "mean", "oracle", "weight 1/2",
                     "intervals", "cap", "phi 3");
  for (const LimitRow& row : rows) {
    const LimitCell& c = row.cell;
    out += fmt::format(
        "{:<22} {:>7.0f} {:>7.0f} {:>7.2f} {:>7.2f} {:>7} | {:>10.2f} {:>9.2f} {:>7.2f} {:>8.2f}\n",
        fmt::format("{:.4g} -> {:.4g} %, {:.0f} %", 100 * c.stable, 100 * c.canary, 100 * c.share),
        row.limit, row.plain, row.plain / row.limit, row.mean / row.limit,
        number_or_dash(row.oracle / row.limit, row.oracle > 0, 2), row.weighted / row.limit,
        row.intervals / row.limit, row.capped / row.limit, row.tempered / row.limit);
  }
  return out;
}

std::string table_of(const std::vector<Bound>& bounds) {
  std::string out = "bounds\n";
  for (const Bound& bound : bounds) {
    out += fmt::format("{:<84}{:>26}  {}\n", bound.claim, bound.measured,
                       bound.held ? "ok" : "MISSED");
  }
  return out;
}

}  // namespace freshet
