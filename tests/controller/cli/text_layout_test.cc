// Widths, tables, bars.
#include "controller/cli/text_layout.h"

#include <gtest/gtest.h>

#include <limits>

namespace freshet {
namespace {

TEST(TextLayout, CountsCodePointsAndNoColours) {
  EXPECT_EQ(width_of("9c→77 ✓"), 7u);
  EXPECT_EQ(width_of(paint("✓ Idle", Colour::kGreen, true)), 6u);
}

TEST(TextLayout, CutsOnCodePointsAndSaysSo) {
  EXPECT_EQ(cut_to("eins → zwei", 20), "eins → zwei");
  EXPECT_EQ(cut_to("eins → zwei", 7), "eins →…");
  EXPECT_EQ(cut_to("eins → zwei", 0), "eins → zwei");
}

TEST(TextLayout, CutsColoursWithTheirEnd) {
  EXPECT_EQ(cut_to(paint("eins zwei", Colour::kRed, true), 5), "\x1b[31meins…\x1b[0m");
  EXPECT_EQ(cut_to(paint("eins", Colour::kRed, true), 4), "\x1b[31meins\x1b[0m");
}

TEST(TextLayout, DrawsOverAScreenWithoutWipingOrScrollingIt) {
  EXPECT_EQ(screen_text("one\ntwo\n", 80, 24), "\x1b[Hone\x1b[K\ntwo\x1b[K\n\x1b[J");
  EXPECT_EQ(screen_text("one\ntwo\nthree\nfour\n", 4, 4),
            "\x1b[Hone\x1b[K\ntwo\x1b[K\n… 2…\x1b[K\n\x1b[J");
  EXPECT_EQ(screen_text("one\ntwo\n", 0, 2), "\x1b[H… 2 more lines\x1b[K\n\x1b[J");
  EXPECT_EQ(screen_text("", 80, 0), "\x1b[H\x1b[J");
}

TEST(TextLayout, AlignsColumnsWithoutTrailingSpace) {
  EXPECT_EQ(lay_out({{"A", "LONG", ""}, {"→→", "b", "c"}}), "A    LONG\n→→   b      c\n");
}

TEST(TextLayout, DrawsAShareWithinItsBounds) {
  EXPECT_EQ(bar(0.5, 4), "██░░");
  EXPECT_EQ(bar(-1, 4), "░░░░");
  EXPECT_EQ(bar(7, 4), "████");
  EXPECT_EQ(bar(std::numeric_limits<double>::quiet_NaN(), 2), "░░");
}

TEST(TextLayout, BreaksWordsAtTheTerminalsWidth) {
  EXPECT_EQ(wrapped("one two three four five six", 24, "  "), "one two three four\n  five six");
  EXPECT_EQ(wrapped("one two three", 0), "one two three");
}

TEST(TextLayout, PaintsOnlyWhereColoursAreWanted) {
  EXPECT_EQ(paint("x", Colour::kRed, false), "x");
  EXPECT_EQ(paint("x", Colour::kRed, true), "\x1b[31mx\x1b[0m");
}

}  // namespace
}  // namespace freshet
