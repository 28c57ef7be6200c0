// Laying out text for a terminal: widths in columns, tables, bars, colours.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace freshet {

std::size_t width_of(std::string_view text);  // columns: code points, escapes not counted
std::string cut_to(std::string_view text, std::size_t columns);  // ends in "…" where it was cut
std::string padded(std::string text, std::size_t columns);

// Columns of equal width, three spaces apart; nothing after the last.
std::string lay_out(const std::vector<std::vector<std::string>>& rows);

// "██████░░░░" for a share of 0 … 1.
std::string bar(double share, std::size_t columns);

// Cuts the last cell of each row so that it fits into `columns` (0: never), and never to nothing.
void cut_last(std::vector<std::vector<std::string>>& rows, std::size_t columns);

enum class Colour { kPlain, kGreen, kYellow, kRed, kBlue, kDim, kBold };
std::string paint(std::string_view text, Colour colour, bool colours);

// What draws this text over a terminal's screen from its first place on: longer lines are cut, and
// what is below the last row is told in it. 0: not known, not cut.
std::string screen_text(std::string_view text, int columns, int rows);

// Words broken at `columns` (0: not at all), every line after the first behind `indent`.
std::string wrapped(std::string_view text, std::size_t columns, std::string_view indent = "");

}  // namespace freshet
