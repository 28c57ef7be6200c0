// Ends of life.
#include "controller/image/end_of_life.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"

namespace freshet {
namespace {

// distro-info's tables: a header, then a line a release; later columns may be missing.
using Row = std::map<std::string, std::string>;

std::optional<Row> find_release(std::string_view csv, const std::string& version,
                                const std::string& series) {
  std::vector<std::string> head;
  for (const std::string& raw : split(csv.substr(0, kMaxDistroInfoBytes), '\n')) {
    const std::string_view line = trim(raw);
    if (line.empty()) continue;
    const std::vector<std::string> cells = split(line, ',');
    if (head.empty()) {
      head = cells;
      continue;
    }
    Row row;
    for (std::size_t i = 0; i < std::min(head.size(), cells.size()); ++i) row[head[i]] = cells[i];
    // Ubuntu's versions are "24.04 LTS".
    const std::string number = row["version"].substr(0, row["version"].find(' '));
    const bool is_it =
        version.empty() ? !series.empty() && row["series"] == series : number == version;
    if (is_it) return row;
  }
  return std::nullopt;
}

std::optional<TimePoint> day_of(const Row& row, const std::string& column) {
  const auto cell = row.find(column);
  if (cell == row.end() || cell->second.empty()) return std::nullopt;
  const auto day = parse_rfc3339(cell->second + "T00:00:00Z");
  return day ? std::optional(*day) : std::nullopt;
}

std::string day_text(TimePoint day) { return format_rfc3339(day).substr(0, 10); }

EndOfLife unknown(std::string why) { return {{}, {}, false, std::move(why)}; }

std::string name_of(const OsRelease& release) {
  if (!release.pretty_name.empty()) return release.pretty_name;
  return release.id + (release.version_id.empty() ? "" : " ") + release.version_id;
}

EndOfLife by_table(const OsRelease& release, const Result<std::string>& table,
                   const std::string& version) {
  if (!table) return unknown(table.error().message);
  const auto row = find_release(*table, version, release.codename);
  if (!row) return unknown(name_of(release) + " is not in the table of releases");
  EndOfLife out;
  out.ends = day_of(*row, "eol");
  out.extended = day_of(*row, "eol-lts");
  if (!out.ends) return unknown(name_of(release) + " has no end in the table of releases");
  return out;
}

// "3.20.3" → "3.20"
std::string branch_of(const std::string& version) {
  const auto parts = split(version, '.');
  return parts.size() < 2 ? version : parts[0] + "." + parts[1];
}

EndOfLife of_alpine(const OsRelease& release) {
  // edge: "3.24.0_alpha20260127"
  if (release.version_id.find("_alpha") != std::string::npos) return {{}, {}, true, ""};
  const std::string table(alpine_releases());
  EndOfLife out = by_table(release, table, branch_of(release.version_id));
  if (!out.unknown.empty()) out.unknown += " of " + std::string(kAlpineAsOf);
  return out;
}

bool is_one_of(const std::string& id, std::initializer_list<const char*> names) {
  return std::ranges::find(names, id) != names.end();
}

}  // namespace

EndOfLife end_of_life(const OsRelease& release, const DistroInfo& info) {
  if (release.id.empty()) return unknown("its os-release names no distribution");
  if (is_one_of(release.id, {"wolfi", "chainguard", "arch", "gentoo", "opensuse-tumbleweed"})) {
    return {{}, {}, true, ""};
  }
  if (release.id == "alpine") return of_alpine(release);
  if (release.id == "debian") {
    // Testing and unstable have no version.
    const bool moves = release.version_id.empty() && is_one_of(release.codename, {"", "sid"});
    if (moves) return {{}, {}, true, ""};
    return by_table(release, info.debian, release.version_id);
  }
  if (release.id == "ubuntu") return by_table(release, info.ubuntu, release.version_id);
  return unknown("no table of the releases of " + release.id);
}

bool is_past(const EndOfLife& end, TimePoint now) {
  return end.ends && std::max(*end.ends, end.extended.value_or(*end.ends)) + days(1) <= now;
}

std::string end_of_life_text(const EndOfLife& end, TimePoint now) {
  if (end.is_rolling) return "rolling: mended for as long as it is rebuilt";
  if (!end.ends) return "not known: " + end.unknown;
  const auto word = [now](TimePoint day) {
    return (day + days(1) <= now ? "ended " : "until ") + day_text(day);
  };
  std::string out = word(*end.ends);
  if (end.extended && *end.extended > *end.ends) out += ", LTS " + word(*end.extended);
  return out;
}

}  // namespace freshet
