// Laying out text for a terminal.
#include "controller/cli/text_layout.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace freshet {
namespace {

constexpr const char* kNoColour = "\x1b[0m";
constexpr std::size_t kLeastLast = 24;

bool starts_code_point(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

// Length of the colour escape that `text` starts with; 0 if it does not.
std::size_t escape_length(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const std::size_t end = text.find('m');
  return end == text.npos ? text.size() : end + 1;
}

}  // namespace

std::size_t width_of(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t escape = escape_length(text.substr(i));
    if (escape == 0 && starts_code_point(text[i])) ++columns;
    i += std::max<std::size_t>(escape, 1);
  }
  return columns;
}

std::string cut_to(std::string_view text, std::size_t columns) {
  if (columns == 0 || width_of(text) <= columns) return std::string(text);
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t escape = escape_length(text.substr(i));
    if (escape == 0 && starts_code_point(text[i]) && seen++ == columns - 1) {
      const std::string kept(trim(text.substr(0, i)));
      const bool has_colours = kept.find('\x1b') != kept.npos;
      return kept + "…" + (has_colours ? kNoColour : "");
    }
    i += std::max<std::size_t>(escape, 1);
  }
  return std::string(text);
}

std::string screen_text(std::string_view text, int columns, int rows) {
  std::vector<std::string> lines = split(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  // The last row stays free for the cursor.
  const auto most = static_cast<std::size_t>(std::max(rows - 1, 1));
  if (rows > 0 && lines.size() > most) {
    const std::size_t left_out = lines.size() - (most - 1);
    lines.resize(most - 1);
    lines.push_back("… " + std::to_string(left_out) + " more lines");
  }
  std::string out = "\x1b[H";
  for (const std::string& line : lines) {
    out += cut_to(line, static_cast<std::size_t>(std::max(columns, 0))) + "\x1b[K\n";
  }
  return out + "\x1b[J";
}

std::string padded(std::string text, std::size_t columns) {
  const std::size_t width = width_of(text);
  if (width < columns) text.append(columns - width, ' ');
  return text;
}

void cut_last(std::vector<std::vector<std::string>>& rows, std::size_t columns) {
  if (columns == 0 || rows.empty()) return;
  std::size_t fixed = 0;
  for (std::size_t i = 0; i + 1 < rows.front().size(); ++i) {
    std::size_t widest = 0;
    for (const auto& row : rows) widest = std::max(widest, width_of(row[i]));
    fixed += widest + 3;
  }
  const std::size_t room = std::max(columns, fixed + kLeastLast) - fixed;
  for (auto& row : rows) row.back() = cut_to(row.back(), room);
}

std::string lay_out(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += i + 1 == row.size() ? row[i] : padded(row[i], widths[i]) + "   ";
    }
    while (line.ends_with(' ')) line.pop_back();
    out += line + "\n";
  }
  return out;
}

std::string bar(double share, std::size_t columns) {
  const double inside = std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0.0;
  const auto full = static_cast<std::size_t>(inside * static_cast<double>(columns));
  std::string out;
  for (std::size_t i = 0; i < columns; ++i) out += i < full ? "█" : "░";
  return out;
}

std::string paint(std::string_view text, Colour colour, bool colours) {
  const char* code = "";
  switch (colour) {
    case Colour::kPlain: return std::string(text);
    case Colour::kGreen: code = "32"; break;
    case Colour::kYellow: code = "33"; break;
    case Colour::kRed: code = "31"; break;
    case Colour::kBlue: code = "36"; break;
    case Colour::kDim: code = "2"; break;
    case Colour::kBold: code = "1"; break;
  }
  if (!colours || text.empty()) return std::string(text);
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

std::string wrapped(std::string_view text, std::size_t columns, std::string_view indent) {
  std::string out;
  std::size_t used = 0;
  for (const std::string& word : split(text, ' ')) {
    const std::size_t width = width_of(word);
    const std::size_t room = columns > indent.size() + 20 ? columns - indent.size() : 0;
    if (used > 0 && room > 0 && used + 1 + width > room) {
      out += "\n" + std::string(indent);
      used = 0;
    }
    if (used > 0) out += ' ';
    out += word;
    used += width + (used > 0 ? 1 : 0);
  }
  return out;
}

}  // namespace freshet
