// Images and their packages in words.
#include "controller/cli/image_report.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/cli/text_layout.h"
#include "controller/model/names.h"

namespace freshet {
namespace {

std::string short_form(const std::string& digest) {
  const auto parsed = Digest::parse(digest);
  return parsed ? parsed->short_form() : printable(digest, 20);
}

std::string heading(const ImageReport& image) {
  return image.container + "  " + image.reference + " (" + short_form(image.digest) + ")\n";
}

std::string system_text(const ImageReport& image, TimePoint now) {
  if (image.system == OsRelease{}) return "not known: no os-release was found";
  const OsRelease& system = image.system;
  std::string name = system.pretty_name.empty() ? system.id : system.pretty_name;
  // "Distroless" and "Wolfi" say no version.
  if (!system.version_id.empty() && name.find(system.version_id) == name.npos) {
    name += " (" + system.id + " " + system.version_id + ")";
  }
  return name + ": " + end_of_life_text(image.end, now) +
         (is_past(image.end, now) ? "  ✗ past its end of life" : "");
}

std::string reading_text(const ImageReport& image) {
  std::string out = with_thousands(image.bytes_read) + " bytes of " + std::to_string(image.layers) +
                    (image.layers == 1 ? " layer" : " layers");
  if (!image.unread.empty()) out += "; not read: " + image.unread;
  return out;
}

std::string version_text(const std::string& version) { return version.empty() ? "–" : version; }

// What stands against a comparison; "" if nothing does.
std::string not_comparable(const PackageReport& report) {
  for (const ImageReport* image : {&report.before, &report.after}) {
    if (!image->problem.empty()) return image->problem;
    if (image->packages.empty()) {
      return "no package database was found in " + short_form(image->digest) +
             (image->unread.empty() ? "" : "; not read: " + image->unread);
    }
  }
  return "";
}

}  // namespace

std::string image_text(const ImageReport& image, TimePoint now) {
  std::string out = heading(image);
  if (!image.problem.empty()) return out + "  ✗ " + image.problem + "\n";
  const ImageOrigin& origin = image.origin;
  const std::string base =
      origin.base_name + (origin.base_digest.empty() ? "" : "@") + origin.base_digest;
  out += "  base    " + (base.empty() ? "not told" : base) + "\n";
  out += "  system  " + system_text(image, now) + "\n";
  return out + "  read    " + reading_text(image) + "\n";
}

Json image_json(const ImageReport& image, TimePoint now) {
  Json out = {{"container", image.container},
              {"image", image.reference},
              {"digest", image.digest},
              {"bytesRead", image.bytes_read},
              {"layers", image.layers}};
  if (!image.problem.empty()) out["problem"] = image.problem;
  if (!image.unread.empty()) out["notRead"] = image.unread;
  if (!image.origin.base_name.empty()) out["base"]["name"] = image.origin.base_name;
  if (!image.origin.base_digest.empty()) out["base"]["digest"] = image.origin.base_digest;
  if (image.system == OsRelease{}) return out;
  Json& system = out["system"] = {{"id", image.system.id},
                                  {"version", image.system.version_id},
                                  {"name", image.system.pretty_name},
                                  {"rolling", image.end.is_rolling},
                                  {"pastEndOfLife", is_past(image.end, now)}};
  if (image.end.ends) system["endOfLife"] = format_rfc3339(*image.end.ends);
  if (image.end.extended) system["endOfLongTermSupport"] = format_rfc3339(*image.end.extended);
  if (!image.end.unknown.empty()) system["unknown"] = image.end.unknown;
  return out;
}

std::string packages_text(const PackageReport& report) {
  std::string out = report.after.container + "  " + report.after.reference + " (" +
                    short_form(report.before.digest) + "→" + short_form(report.after.digest) +
                    ")\n";
  const std::string against = not_comparable(report);
  if (!against.empty()) return out + "  ✗ " + against + "\n";
  const auto changes = changed_packages(report.before.packages, report.after.packages);
  std::vector<std::vector<std::string>> rows;
  for (const PackageChange& change : changes) {
    const char* sign = change.before.empty() ? "+" : change.after.empty() ? "-" : "~";
    rows.push_back({std::string("  ") + sign + " " + change.name, version_text(change.before),
                    version_text(change.after)});
  }
  out += lay_out(rows);
  out += "  " + std::to_string(changes.size()) + " of " +
         std::to_string(report.after.packages.size()) + " packages differ\n";
  for (const ImageReport* image : {&report.before, &report.after}) {
    if (!image->unread.empty()) {
      out += "  not read of " + short_form(image->digest) + ": " + image->unread + "\n";
    }
  }
  return out;
}

Json packages_json(const PackageReport& report) {
  Json out = {{"container", report.after.container},
              {"image", report.after.reference},
              {"from", report.before.digest},
              {"to", report.after.digest}};
  const std::string against = not_comparable(report);
  if (!against.empty()) {
    out["problem"] = against;
    return out;
  }
  out["changes"] = Json::array();
  for (const PackageChange& change :
       changed_packages(report.before.packages, report.after.packages)) {
    out["changes"].push_back(
        {{"name", change.name}, {"from", change.before}, {"to", change.after}});
  }
  for (const ImageReport* image : {&report.before, &report.after}) {
    if (!image->unread.empty()) out["notRead"].push_back(image->unread);
  }
  return out;
}

}  // namespace freshet
