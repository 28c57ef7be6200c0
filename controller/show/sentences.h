// Sentences about one tracked service: what it does and waits for, and what comes next. Pure.
#pragma once

#include <string>

#include "controller/show/detail.h"

namespace freshet {

// What one service is about, at a glance.
enum class Mood {
  kSteady,   // ✓ one Revision serves, nothing newer is wanted
  kMoving,   // ▶ a rollout goes on
  kHeld,     // ⏸ it waits for a person or for the world
  kGoing,    // ↩ a candidate is being taken back
  kTrouble,  // ✗ nothing can be done until something is mended
};
Mood mood_of(const ServiceDetail& detail);

std::string present_sentence(const ServiceDetail& detail);  // what it does and waits for
std::string next_sentence(const ServiceDetail& detail);     // what comes next, and when

const Rollout* rollout_of(const ServiceDetail& detail);  // null: none goes on
Duration bake_of(const ServiceDetail& detail);           // of the plan that it goes by
std::string step_text(const ServiceDetail& detail);      // "step 2 of 4: 5 %", "bake", or ""
std::string hold_text(const HoldStatus& hold);           // "NoTraffic: …", a pause's own words
std::string percent_text(int percent);                   // "5 %"
std::string moment_text(TimePoint t);  // "2026-11-23T00:05:00Z": no person reads parts of a second

// What is known against the newest digest: a rejection or deferral whose digests a tag names now.
const RejectionStatus* rejection_of_newest(const ServiceDetail& detail);
const RejectionStatus* deferral_of_newest(const ServiceDetail& detail);
const Condition* condition(const ServiceDetail& detail, const std::string& type);

}  // namespace freshet
