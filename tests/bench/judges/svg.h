// Line charts as SVG text that reads on light and on dark ground.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace freshet {

struct ChartAxis {
  std::string title;
  std::vector<double> ticks;  // from the least shown to the greatest
  bool logarithmic = false;
};
struct ChartLine {
  std::string name;
  std::string colour;
  std::vector<std::pair<double, double>> points;  // in order; outside the axes: cut to them
  bool dashed = false;
};
struct Chart {
  std::string title;
  std::string subtitle;
  ChartAxis x;
  ChartAxis y;
  std::vector<ChartLine> lines;
};

std::string svg_of(const Chart& chart);

}  // namespace freshet
