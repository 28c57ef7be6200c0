// Axes, grid, lines and a legend.
#include "tests/bench/judges/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace freshet {
namespace {

constexpr double kWidth = 860;
constexpr double kHeight = 430;
constexpr double kLeft = 70;
constexpr double kRight = 600;  // the legend stands beyond
constexpr double kTop = 62;
constexpr double kBottom = 370;
constexpr double kLegendLine = 22;

// Colours follow the reader's scheme; the lines' own are strong enough for both.
constexpr const char* kStyle =
    "<style>text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-size:16px;"
    "font-weight:600}.soft{fill:#57606a}.grid{stroke:#8c959f;stroke-opacity:.3}"
    ".ground{fill:#ffffff}@media(prefers-color-scheme:dark){text{fill:#e6edf3}"
    ".soft{fill:#9198a1}.ground{fill:#0d1117}}</style>\n";

std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string text_at(double x, double y, const std::string& text, const std::string& attributes) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, y, attributes,
                     escaped(text));
}

double along(const ChartAxis& axis, double value, double from, double to) {
  const double low = axis.ticks.front();
  const double high = axis.ticks.back();
  const double v = std::clamp(value, low, high);
  const double share =
      axis.logarithmic ? std::log(v / low) / std::log(high / low) : (v - low) / (high - low);
  return from + share * (to - from);
}

std::string tick_text(double value) {
  return value >= 1000
             ? fmt::format("{:.0f},{:03.0f}", std::floor(value / 1000), std::fmod(value, 1000))
             : fmt::format("{:.4g}", value);
}

std::string axes_of(const Chart& chart) {
  std::string out;
  for (double tick : chart.x.ticks) {
    const double x = along(chart.x, tick, kLeft, kRight);
    out +=
        fmt::format("<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\"/>\n",
                    x, kTop, kBottom);
    out += text_at(x, kBottom + 20, tick_text(tick), "class=\"soft\" text-anchor=\"middle\"");
  }
  for (double tick : chart.y.ticks) {
    const double y = along(chart.y, tick, kBottom, kTop);
    out +=
        fmt::format("<line class=\"grid\" x1=\"{1}\" x2=\"{2}\" y1=\"{0:.1f}\" y2=\"{0:.1f}\"/>\n",
                    y, kLeft, kRight);
    out += text_at(kLeft - 8, y + 4, tick_text(tick), "class=\"soft\" text-anchor=\"end\"");
  }
  out += text_at((kLeft + kRight) / 2, kBottom + 44, chart.x.title, "text-anchor=\"middle\"");
  const double middle = (kTop + kBottom) / 2;
  out += text_at(18, middle, chart.y.title,
                 fmt::format("text-anchor=\"middle\" transform=\"rotate(-90 18 {})\"", middle));
  return out;
}

std::string look_of(const ChartLine& line) {
  return fmt::format("fill=\"none\" stroke=\"{}\" stroke-width=\"2.2\" stroke-linejoin=\"round\"{}",
                     line.colour, line.dashed ? " stroke-dasharray=\"6 4\"" : "");
}

std::string line_of(const Chart& chart, const ChartLine& line) {
  std::string points;
  for (const auto& [x, y] : line.points) {
    points += fmt::format("{:.1f},{:.1f} ", along(chart.x, x, kLeft, kRight),
                          along(chart.y, y, kBottom, kTop));
  }
  return fmt::format("<polyline points=\"{}\" {}/>\n", points, look_of(line));
}

}  // namespace

std::string svg_of(const Chart& chart) {
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
      "height=\"{1}\" role=\"img\" aria-label=\"{2}\">\n",
      kWidth, kHeight, escaped(chart.title));
  out += kStyle;
  out += fmt::format("<rect class=\"ground\" width=\"{}\" height=\"{}\" rx=\"8\"/>\n", kWidth,
                     kHeight);
  out += text_at(kLeft, 26, chart.title, "class=\"title\"");
  out += text_at(kLeft, 46, chart.subtitle, "class=\"soft\"");
  out += axes_of(chart);
  double y = kTop + 10;
  for (const ChartLine& line : chart.lines) {
    out += line_of(chart, line);
    out += fmt::format("<path d=\"M{} {}h28\" {}/>\n", kRight + 20, y, look_of(line));
    out += text_at(kRight + 56, y + 4, line.name, "");
    y += kLegendLine;
  }
  return out + "</svg>\n";
}

}  // namespace freshet
