// Small texts that table, tree and paragraph share. Private to the rendering files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/cli/render.h"
#include "controller/cli/text_layout.h"

namespace freshet {

const Rollout* rollout_of(const ServiceDetail& detail);  // null: none goes on
Duration bake_of(const ServiceDetail& detail);           // of the plan that it goes by
std::string step_text(const ServiceDetail& detail);      // "step 2 of 4: 5 %", "bake", or ""
std::string hold_text(const HoldStatus& hold);           // "NoTraffic: …", a pause's own words
std::string percent_text(int percent);                   // "5 %"
std::string moment_text(TimePoint t);  // "2026-11-23T00:05:00Z": no person reads parts of a second
std::string age_text(std::optional<TimePoint> since, TimePoint now);  // "3d4h"; "?" if unknown
Colour colour_of(Mood mood);

// What is known against the newest digest: a rejection or deferral whose digests a tag names now.
const RejectionStatus* rejection_of_newest(const ServiceDetail& detail);
const RejectionStatus* deferral_of_newest(const ServiceDetail& detail);
const Condition* condition(const ServiceDetail& detail, const std::string& type);

std::string gate_text(const GateStatus& gate, const RenderOptions& options);  // "✓ smoke: …"

}  // namespace freshet
