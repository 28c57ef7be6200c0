// What people read about tracked services: values in, text out. Nothing here asks anything.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "controller/show/json.h"
#include "controller/show/sentences.h"

namespace freshet {

struct RenderOptions {
  TimePoint now{};       // ages are as of this
  bool colours = false;  // a symbol always says the same
  bool wide = false;     // the table's further columns
  bool headers = true;
  int columns = 0;  // sentences in the table are cut to this width; 0: never
};

std::string symbol(Mood mood);

// One line of the fleet.
struct ServiceRow {
  std::string name_space;
  std::string name;
  Mood mood = Mood::kSteady;
  std::string phase;    // "Shifting"; "Pending" until the controller has looked at it
  std::string step;     // "2/4"; "bake"; "–"
  std::string traffic;  // what Knative has programmed: "00007 95 %, 00008 5 %"
  std::string digest;   // "9c1e4a7b2f30→77aa0c12d9e1"; "9c1e4a7b2f30"
  std::optional<TimePoint> image_created;  // of what stable runs
  std::optional<TimePoint> behind_since;   // a newer digest is known since
  std::string verdict;                     // a sentence
  std::string next;
  std::string stable;  // Revisions, for the wide table
  std::string candidate;
  bool operator==(const ServiceRow&) const = default;
};
ServiceRow service_row(const ServiceDetail& detail);

// NAMESPACE SERVICE PHASE STEP TRAFFIC DIGEST IMAGE-AGE VERDICT NEXT, a line a service; wide adds
// STABLE, CANDIDATE and BEHIND.
std::string fleet_table(const std::vector<ServiceRow>& rows, const RenderOptions& options);

// Everything about one service: plan, both Revisions, evidence, holds, history, what comes next.
std::string service_tree(const ServiceDetail& detail, const RenderOptions& options);

// One paragraph: what runs, since when, why the newest image is or is not out, what comes next.
std::string why_paragraph(const ServiceDetail& detail, const RenderOptions& options);

// Past rollouts, newest first: digests, how each ended and why, how long (people's time apart),
// requests and errors of both arms. The latest 10 are kept.
std::string history_text(const ServiceDetail& detail, const RenderOptions& options);

// As -o says: "json", "yaml" or "jsonpath=TEMPLATE", which was found to be one.
bool is_structured(std::string_view format);
std::string structured(const Json& value, const std::string& format);

}  // namespace freshet
