// Resampling a replay to columns, and drawing them.
#include "controller/cli/judge_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "controller/cli/text_layout.h"

namespace freshet {
namespace {

constexpr std::size_t kMargin = 8;           // columns left of the chart
constexpr std::size_t kRows = 7;             // of one panel; …
constexpr std::size_t kRowsToThreshold = 6;  // … the threshold's line stands above so many
constexpr std::array<const char*, 9> kBlocks = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

// A line of cells, one code point each, that is written into from any column.
class Canvas {
 public:
  explicit Canvas(std::size_t columns) : cells_(columns, " ") {}
  void put(std::size_t column, std::string_view glyph) { cells_.at(column) = glyph; }
  // ASCII text, as far as there is room; false: something else stands there.
  bool write(std::size_t column, std::string_view text) {
    for (std::size_t i = column; i < column + text.size(); ++i) {
      if (i >= cells_.size() || cells_[i] != " ") return false;
    }
    for (std::size_t i = 0; i < text.size(); ++i) cells_[column + i] = text.substr(i, 1);
    return true;
  }
  std::string text() const {
    std::string out;
    for (const std::string& cell : cells_) out += cell;
    out.erase(out.find_last_not_of(' ') + 1);
    return out;
  }

 private:
  std::vector<std::string> cells_;
};

std::string chart_line(std::string_view label, const char* edge, const std::string& text) {
  std::string line = fmt::format("{:>6} {}{}", label, edge, text);
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

struct Panel {
  std::string title;
  double threshold = 0;
  double ChartColumn::*value = nullptr;
  std::set<VerdictKind> turns;  // that belong to it
  Colour colour = Colour::kPlain;
};

std::string turns_line(const Chart& chart, const Panel& panel) {
  Canvas canvas(chart.columns.size());
  for (std::size_t c = 0; c < chart.columns.size(); ++c) {
    const auto& turn = chart.columns[c].turn;
    if (!turn || !panel.turns.contains(*turn)) continue;
    canvas.put(c, "▼");
    const std::string name(to_string(*turn));
    if (canvas.write(c + 2, name) || c < name.size() + 1) continue;
    canvas.write(c - name.size() - 1, name);
  }
  return canvas.text();
}

std::string draw_panel(const Chart& chart, const Panel& panel, bool colours) {
  std::string out = cut_to(panel.title, kMargin + chart.columns.size()) + "\n";
  if (const std::string turns = turns_line(chart, panel); !turns.empty()) {
    out += chart_line("", " ", paint(turns, panel.colour, colours));
  }
  const double unit = panel.threshold / static_cast<double>(kRowsToThreshold);
  for (std::size_t row = kRows; row-- > 0;) {
    const bool at_threshold = row == kRowsToThreshold;
    Canvas canvas(chart.columns.size());
    for (std::size_t c = 0; c < chart.columns.size(); ++c) {
      const double filled = chart.columns[c].*panel.value / unit - static_cast<double>(row);
      const auto eighths = static_cast<std::size_t>(std::clamp(filled, 0.0, 1.0) * 8);
      canvas.put(c, eighths == 0 && at_threshold ? "┄" : kBlocks[eighths]);
    }
    const std::string label = at_threshold ? fmt::format("{:.2f}", panel.threshold) : "";
    out += chart_line(label, at_threshold ? "┤" : "│",
                      at_threshold ? paint(canvas.text(), panel.colour, colours) : canvas.text());
  }
  std::string floor;
  for (std::size_t c = 0; c < chart.columns.size(); ++c) floor += "─";
  return out + chart_line("0", "└", floor);
}

std::string percents_line(const Chart& chart) {
  Canvas canvas(chart.columns.size());
  int before = 0;
  for (std::size_t c = 0; c < chart.columns.size(); ++c) {
    if (chart.columns[c].percent == before) continue;
    before = chart.columns[c].percent;
    canvas.write(c, fmt::format("|{}%", before));
  }
  return canvas.text();
}

struct HoldSign {
  AnalysisHold hold;
  const char* letter;
};
constexpr HoldSign kHoldSigns[] = {{AnalysisHold::kStaleMetrics, "S"},
                                   {AnalysisHold::kNoTraffic, "T"},
                                   {AnalysisHold::kWarmingUp, "W"}};

// "" where nothing was held and nothing is missing.
std::string holds_lines(const Chart& chart) {
  Canvas canvas(chart.columns.size());
  std::set<std::string> legend;
  for (std::size_t c = 0; c < chart.columns.size(); ++c) {
    for (const HoldSign& sign : kHoldSigns) {
      if (!chart.columns[c].holds.contains(sign.hold)) continue;
      canvas.put(c, sign.letter);
      legend.insert(fmt::format("{} {}", sign.letter, to_string(sign.hold)));
    }
    if (!chart.columns[c].missing) continue;
    canvas.put(c, "?");
    legend.insert("? could not be read");
  }
  if (legend.empty()) return "";
  std::string words;
  for (const std::string& word : legend) words += (words.empty() ? "" : ", ") + word;
  return chart_line("holds", " ", canvas.text()) + chart_line("", " ", words);
}

// Ages since the start at every quarter.
std::string time_line(const Chart& chart) {
  const std::size_t columns = chart.columns.size();
  Canvas canvas(columns);
  const std::string whole = format_age(chart.end - chart.start);
  canvas.write(columns > whole.size() ? columns - whole.size() : 0, whole);
  for (std::size_t quarter = 0; quarter < 4; ++quarter) {
    const Duration age = (chart.end - chart.start) * static_cast<int>(quarter) / 4;
    canvas.write(columns * quarter / 4, format_age(age) + " ");
  }
  return chart_line("time", " ", canvas.text());
}

}  // namespace

double least_in_favour(const Verdict& verdict) {
  const auto& all = verdict.promote_evidence;
  const auto less = [](const auto& a, const auto& b) { return a.second < b.second; };
  const auto least = std::min_element(all.begin(), all.end(), less);
  return least == all.end() ? 0 : least->second;
}

Chart chart_of(const ReplayReport& report, std::size_t columns) {
  const Interval& first = report.lines.front().interval;
  const Verdict& last = report.lines.back().verdict;
  Chart chart{first.missing ? first.end : first.start,
              report.lines.back().interval.end,
              last.rollback_threshold,
              last.promote_threshold,
              {}};
  const double span = std::max(1.0, to_seconds(chart.end - chart.start));
  const auto column_at = [&](TimePoint time) {
    const double share = std::clamp(to_seconds(time - chart.start) / span, 0.0, 1.0);
    return std::min(static_cast<std::size_t>(share * static_cast<double>(columns)), columns - 1);
  };
  std::vector<std::optional<ChartColumn>> slices(columns);
  VerdictKind before = VerdictKind::kContinue;
  ChartColumn now;
  for (const ReplayLine& line : report.lines) {
    if (line.interval.end <= chart.start) continue;
    now.missing = line.interval.missing;
    now.against = line.verdict.rollback_evidence;
    now.in_favour = least_in_favour(line.verdict);
    now.holds = {line.verdict.holds.begin(), line.verdict.holds.end()};
    if (!now.missing) now.percent = line.interval.percent;
    const std::size_t end = column_at(line.interval.end - milliseconds(1));
    for (std::size_t c = std::min(column_at(line.interval.start), end); c <= end; ++c) {
      ChartColumn merged = now;
      if (const auto& earlier = slices[c]) {
        merged.against = std::max(merged.against, earlier->against);
        merged.holds.insert(earlier->holds.begin(), earlier->holds.end());
        merged.missing = merged.missing || earlier->missing;
        merged.turn = earlier->turn;
      }
      slices[c] = merged;
    }
    const VerdictKind kind = line.verdict.kind;
    if (kind != before && kind != VerdictKind::kContinue) slices[end]->turn = kind;
    before = kind;
  }
  for (const auto& slice : slices) chart.columns.push_back(slice.value_or(ChartColumn{}));
  return chart;
}

std::string draw_chart(const ReplayReport& report, std::size_t columns, bool colours) {
  const Chart chart = chart_of(report, std::max(columns, kMargin + 10) - kMargin);
  const Panel against{"Against it: all metrics together, ln E; Rollback at the line",
                      chart.rollback_threshold,
                      &ChartColumn::against,
                      {VerdictKind::kRollback, VerdictKind::kReduce},
                      Colour::kRed};
  const Panel in_favour{"For it: the least of all metrics, ln e; Promote at the line",
                        chart.promote_threshold,
                        &ChartColumn::in_favour,
                        {VerdictKind::kAdvance, VerdictKind::kPromote},
                        Colour::kGreen};
  return draw_panel(chart, against, colours) + "\n" + draw_panel(chart, in_favour, colours) +
         chart_line("share", " ", percents_line(chart)) + holds_lines(chart) + time_line(chart);
}

}  // namespace freshet
