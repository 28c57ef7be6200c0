// Package databases.
#include "controller/image/packages.h"

#include "base/text.h"

namespace freshet {
namespace {

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kMaxPackageWord &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-_~:@") == text.npos;
}

void add(Packages& packages, const std::string& name, std::string_view version) {
  if (!is_word(name) || !is_word(version) || packages.size() >= kMaxPackages) return;
  packages.emplace(name, version);
}

// Calls `line` for each line, and `end` after each paragraph.
template <class OnLine, class OnEnd>
void each_paragraph(std::string_view text, OnLine line, OnEnd end) {
  text = text.substr(0, kMaxPackageDatabase);
  while (!text.empty()) {
    const std::size_t cut = text.find('\n');
    std::string_view one = text.substr(0, cut);
    text = cut == text.npos ? std::string_view() : text.substr(cut + 1);
    if (one.ends_with('\r')) one.remove_suffix(1);
    if (one.empty()) {
      end();
    } else {
      line(one);
    }
  }
  end();
}

}  // namespace

Packages parse_apk_installed(std::string_view text) {
  Packages packages;
  std::string name;
  std::string version;
  each_paragraph(
      text,
      [&](std::string_view line) {
        if (line.starts_with("P:")) name = line.substr(2);
        if (line.starts_with("V:")) version = line.substr(2);
      },
      [&] {
        add(packages, name, version);
        name.clear();
        version.clear();
      });
  return packages;
}

Packages parse_dpkg_status(std::string_view text) {
  Packages packages;
  std::map<std::string, std::string> fields;
  const auto keep = [&] {
    const std::string& status = fields["Status"];
    const bool is_installed = status.empty() || status.ends_with(" installed");
    std::string name = fields["Package"];
    // One that may be there for several architectures at once is told apart where it is.
    if (packages.contains(name) && !fields["Architecture"].empty()) {
      name += ":" + fields["Architecture"];
    }
    if (is_installed) add(packages, name, fields["Version"]);
    fields.clear();
  };
  each_paragraph(
      text,
      [&](std::string_view line) {
        const std::size_t colon = line.find(':');
        if (line.front() == ' ' || line.front() == '\t' || colon == line.npos) return;
        for (const char* wanted : {"Package", "Version", "Status", "Architecture"}) {
          if (line.substr(0, colon) == wanted) fields[wanted] = trim(line.substr(colon + 1));
        }
      },
      keep);
  return packages;
}

std::vector<PackageChange> changed_packages(const Packages& before, const Packages& after) {
  std::map<std::string, PackageChange> changes;
  for (const auto& [name, version] : before) changes[name] = {name, version, ""};
  for (const auto& [name, version] : after) {
    changes[name].name = name;
    changes[name].after = version;
  }
  std::vector<PackageChange> out;
  for (auto& [name, change] : changes) {
    if (change.before != change.after) out.push_back(std::move(change));
  }
  return out;
}

}  // namespace freshet
