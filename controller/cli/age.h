// freshet age as values: how old the image is that each service runs. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "controller/cli/render.h"
#include "controller/model/image_date.h"
#include "controller/show/detail.h"

namespace freshet {

struct AgeRow {
  std::string name_space;
  std::string name;
  DigestTexts digests;               // that stable runs; empty: nothing is settled yet
  std::optional<ImageDate> running;  // their date
  std::string newest_digest;  // that a followed tag names, whether it runs or not; "" unknown
  std::optional<ImageDate> newest;
  bool runs_newest = false;
  std::optional<TimePoint> behind_since;
  std::optional<Duration> lag;  // until what runs got all requests
  ImageOrigin origin = {};      // what the running image says of itself
  std::string why;              // what it waits for, where it is behind
  bool operator==(const AgeRow&) const = default;
};
AgeRow age_row(const ServiceDetail& detail);

enum class AgeOrder { kAge, kBehind, kLag, kName };  // the longest first; names from a to z
void sort_ages(std::vector<AgeRow>& rows, AgeOrder order);

// NAMESPACE SERVICE AGE NEWEST BEHIND LAG WHY, a line a service; wide adds DIGEST, NEWEST-DIGEST
// and BASE. An age that does not count from the build says from what.
std::string age_table(const std::vector<AgeRow>& rows, const RenderOptions& options);
Json age_json(const AgeRow& row, TimePoint now);

// Who runs something older than `most`, in a sentence; "" where nobody does. An age that is not
// known is older than nothing.
std::string too_old(const std::vector<AgeRow>& rows, Duration most, TimePoint now);
// Whose age is not known, in a sentence; "" where all are.
std::string of_unknown_age(const std::vector<AgeRow>& rows);

}  // namespace freshet
