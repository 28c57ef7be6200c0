// Whether errors of judgement are as rare as promised: canaries that are just good enough, or just
// not, in every kind of world.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "tests/bench/judges/statistics.h"

namespace freshet {

enum class Weather { kSteady, kSwinging, kSplitChanging };
inline constexpr std::array<std::string_view, 3> kWeatherNames = {"steady", "rate +-90 %",
                                                                  "split changing"};
struct NullCell {
  double errors = 0;
  int percent = 0;
  Weather weather = Weather::kSteady;
};

// What is false, and would be claimed by evidence of 1 ÷ the nominal level.
enum NullClaim { kWorseThanEqual, kWorseAtTheEdge, kGoodAtTheEdge, kNullClaims };
inline constexpr std::array<std::string_view, kNullClaims> kNullClaimNames = {
    "equal arms, no margin: ever rejected", "at the edge of the rollback margin: ever rejected",
    "at the edge of the promotion margin: ever cleared"};
inline constexpr std::array<double, 7> kNominalLevels = {0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.001};

// How often the primitive ever reached each level, looked at 360 times.
struct NullRow {
  NullCell cell;
  std::array<std::array<Share, kNominalLevels.size()>, kNullClaims> ever{};
};
std::vector<NullRow> measure_nulls(int seeds);

// The whole analyzer for errors, at the edges of its own `auto` margins.
struct AnalyzerNullRow {
  NullCell cell;
  Share rolled_back;  // at the edge of the rollback margin
  Share promoted;     // at the edge of the promotion margin
};
std::vector<AnalyzerNullRow> measure_analyzer_nulls(int seeds);

}  // namespace freshet
