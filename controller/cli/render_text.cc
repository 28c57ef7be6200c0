// Small texts that table, tree and paragraph share.
#include "controller/cli/render_text.h"

#include <algorithm>

namespace freshet {
std::string age_text(std::optional<TimePoint> since, TimePoint now) {
  if (!since) return "?";
  return format_age(std::max(now - *since, Duration{0}));
}

std::string gate_text(const GateStatus& gate, const RenderOptions& options) {
  const bool passed = gate.state == "Passed";
  const bool failed = gate.state == "Failed";
  const std::string mark = passed ? "✓ " : failed ? "✗ " : gate.attempts > 0 ? "… " : "· ";
  const Colour colour = passed ? Colour::kGreen : failed ? Colour::kRed : Colour::kPlain;
  std::string out = paint(mark + gate.name, colour, options.colours) + "  " + gate.state;
  if (gate.attempts > 1) out += " after " + std::to_string(gate.attempts) + " tries";
  return gate.message.empty() ? out : out + ": " + gate.message;
}

std::string symbol(Mood mood) {
  switch (mood) {
    case Mood::kSteady: return "✓";
    case Mood::kMoving: return "▶";
    case Mood::kHeld: return "⏸";
    case Mood::kGoing: return "↩";
    case Mood::kTrouble: return "✗";
  }
  return "";
}

Colour colour_of(Mood mood) {
  switch (mood) {
    case Mood::kSteady: return Colour::kGreen;
    case Mood::kMoving: return Colour::kBlue;
    case Mood::kHeld: return Colour::kYellow;
    case Mood::kGoing:
    case Mood::kTrouble: return Colour::kRed;
  }
  return Colour::kPlain;
}

}  // namespace freshet
