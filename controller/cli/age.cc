// How old what runs is: rows, their order, and who is too old.
#include "controller/cli/age.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/text.h"
#include "controller/cli/render_text.h"

namespace freshet {
namespace {

constexpr std::size_t kNamesTold = 20;

bool runs(const AgeRow& row, const std::string& digest) {
  return std::ranges::any_of(row.digests, [&](const auto& one) { return one.second == digest; });
}

// Of several followed tags the one that is ahead of what runs.
void fill_newest(AgeRow& row, const std::vector<SeenTag>& tags) {
  for (const SeenTag& tag : tags) {
    const SeenDigest* named = named_by(tag);
    if (named == nullptr || !(row.newest_digest.empty() || row.runs_newest)) continue;
    row.newest_digest = named->digest;
    row.newest = image_date(*named);
    row.runs_newest = runs(row, named->digest);
  }
}

std::string full_name(const AgeRow& row) { return row.name_space + "/" + row.name; }

// By which the longest comes first; what is unknown comes last.
std::optional<Duration> length_of(const AgeRow& row, AgeOrder order) {
  if (order == AgeOrder::kLag) return row.lag;
  std::optional<TimePoint> since = row.behind_since;
  if (order == AgeOrder::kAge) since = row.running ? std::optional(row.running->at) : std::nullopt;
  return since ? std::optional(-since->time_since_epoch()) : std::nullopt;
}

std::string source_note(DateSource source) {
  switch (source) {
    case DateSource::kCreated: return "";
    case DateSource::kPushed: return " (pushed)";
    case DateSource::kFirstSeen: return " (first seen)";
  }
  return "";
}

std::string date_text(const std::optional<ImageDate>& date, TimePoint now) {
  return date ? age_text(date->at, now) + source_note(date->source) : "?";
}

std::string newest_text(const AgeRow& row, TimePoint now) {
  if (row.newest_digest.empty()) return "?";
  return row.runs_newest ? "runs" : date_text(row.newest, now);
}

std::string short_text(const std::string& digest) {
  return digest.empty() ? "–" : short_digests({{"", digest}});
}

std::vector<std::string> age_cells(const AgeRow& row, const RenderOptions& options) {
  std::vector<std::string> out{row.name_space,
                               row.name,
                               date_text(row.running, options.now),
                               newest_text(row, options.now),
                               row.behind_since ? age_text(row.behind_since, options.now) : "–",
                               row.lag ? format_age(*row.lag) : "–"};
  if (options.wide) {
    out.push_back(row.digests.empty() ? "–" : short_digests(row.digests));
    out.push_back(short_text(row.newest_digest));
    out.push_back(row.origin.base_name.empty() ? "–" : row.origin.base_name);
  }
  out.push_back(row.why.empty() ? "–" : row.why);
  return out;
}

Json date_json(const ImageDate& date, TimePoint now) {
  return {{"since", format_rfc3339(date.at)},
          {"by", std::string(to_string(date.source))},
          {"ageSeconds", to_seconds(now - date.at)}};
}

std::string list_of(std::vector<std::string> names) {
  const std::size_t more = names.size() > kNamesTold ? names.size() - kNamesTold : 0;
  names.resize(names.size() - more);
  return join(names, ", ") + (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

std::string services(std::size_t count, const char* one, const char* several) {
  return std::to_string(count) + (count == 1 ? " service " : " services ") +
         (count == 1 ? one : several);
}

}  // namespace

AgeRow age_row(const ServiceDetail& detail) {
  AgeRow row;
  row.name_space = detail.tracked.name_space;
  row.name = detail.tracked.name;
  const TrackedServiceStatus& status = detail.status;
  if (status.stable) {
    row.digests = status.stable->digests;
    row.running = image_date(*status.stable);
    row.lag = exposure_lag(*status.stable);
  }
  fill_newest(row, status.tags);
  for (const SeenTag& tag : status.tags) {
    for (const auto& [container, digest] : row.digests) {
      const SeenDigest* seen = find_seen(tag, digest);
      if (seen != nullptr && row.origin == ImageOrigin{}) row.origin = seen->origin;
    }
  }
  row.behind_since = status.behind_since;
  if (row.behind_since || row.digests.empty()) row.why = present_sentence(detail);
  return row;
}

void sort_ages(std::vector<AgeRow>& rows, AgeOrder order) {
  std::ranges::sort(rows, [order](const AgeRow& a, const AgeRow& b) {
    if (order != AgeOrder::kName) {
      const auto first = length_of(a, order);
      const auto second = length_of(b, order);
      if (first != second) return first > second;
    }
    return std::tie(a.name_space, a.name) < std::tie(b.name_space, b.name);
  });
}

std::string age_table(const std::vector<AgeRow>& rows, const RenderOptions& options) {
  std::vector<std::vector<std::string>> lines;
  if (options.headers) {
    std::vector<std::string> head{"NAMESPACE", "SERVICE", "AGE", "NEWEST", "BEHIND", "LAG"};
    if (options.wide) head.insert(head.end(), {"DIGEST", "NEWEST-DIGEST", "BASE"});
    head.push_back("WHY");
    lines.push_back(std::move(head));
  }
  for (const AgeRow& row : rows) lines.push_back(age_cells(row, options));
  if (lines.empty()) return "";
  cut_last(lines, static_cast<std::size_t>(std::max(options.columns, 0)));
  return lay_out(lines);
}

Json age_json(const AgeRow& row, TimePoint now) {
  Json out = {{"namespace", row.name_space}, {"name", row.name}, {"digests", row.digests}};
  if (row.running) out["running"] = date_json(*row.running, now);
  if (!row.newest_digest.empty()) {
    out["newest"] = row.newest ? date_json(*row.newest, now) : Json::object();
    out["newest"]["digest"] = row.newest_digest;
    out["newest"]["runs"] = row.runs_newest;
  }
  if (row.behind_since) {
    out["behind"] = {{"since", format_rfc3339(*row.behind_since)},
                     {"seconds", to_seconds(now - *row.behind_since)}};
  }
  if (row.lag) out["exposureLagSeconds"] = to_seconds(*row.lag);
  if (!row.origin.base_name.empty()) out["base"]["name"] = row.origin.base_name;
  if (!row.origin.base_digest.empty()) out["base"]["digest"] = row.origin.base_digest;
  if (!row.why.empty()) out["why"] = row.why;
  return out;
}

std::string too_old(const std::vector<AgeRow>& rows, Duration most, TimePoint now) {
  std::vector<std::string> names;
  for (const AgeRow& row : rows) {
    if (!row.running || now - row.running->at <= most) continue;
    names.push_back(full_name(row) + " (" + date_text(row.running, now) + ")");
  }
  if (names.empty()) return "";
  const std::string who = services(names.size(), "runs an image", "run images");
  return who + " older than " + format_duration(most) + ": " + list_of(std::move(names));
}

std::string of_unknown_age(const std::vector<AgeRow>& rows) {
  std::vector<std::string> names;
  for (const AgeRow& row : rows) {
    if (!row.running) names.push_back(full_name(row));
  }
  if (names.empty()) return "";
  const std::string who = services(names.size(), "runs an image", "run images");
  return who + " whose age is not known: " + list_of(std::move(names));
}

}  // namespace freshet
