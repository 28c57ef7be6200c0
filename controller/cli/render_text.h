// Small texts that table, tree and paragraph share. Private to the rendering files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/cli/render.h"
#include "controller/cli/text_layout.h"

namespace freshet {

std::string age_text(std::optional<TimePoint> since, TimePoint now);  // "3d4h"; "?" if unknown
Colour colour_of(Mood mood);

std::string gate_text(const GateStatus& gate, const RenderOptions& options);  // "✓ smoke: …"

}  // namespace freshet
