// Which room may include which, and how.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "tests/support/tidy_rules.h"

namespace freshet {
namespace {

using Rooms = std::set<std::string>;

// The arrows of the house: a room, and the other rooms whose headers it may include.
const std::map<std::string, Rooms>& arrows() {
  static const std::map<std::string, Rooms> kArrows = [] {
    const Rooms floors{"base", "config", "analysis"};
    const auto with = [](Rooms known, const Rooms& more) {
      known.insert(more.begin(), more.end());
      return known;
    };
    const Rooms model = with(floors, {"controller/model"});
    const Rooms pure = with(model, {"controller/image", "controller/planner", "controller/registry",
                                    "controller/knative"});
    const Rooms outside = with(pure, {"controller/net", "controller/kube"});
    const Rooms runtime = with(outside, {"controller/runtime"});
    const Rooms front = with(runtime, {"controller/server", "controller/sandbox"});
    return std::map<std::string, Rooms>{
        {"base", {}},
        {"config", {"base"}},
        {"analysis", {"base", "config"}},
        {"controller/model", floors},
        {"controller/image", model},
        {"controller/planner", model},
        {"controller/registry", model},
        {"controller/knative", model},
        {"controller/sandbox", {"base", "controller/model", "controller/knative"}},
        {"controller/net", pure},
        {"controller/kube", pure},
        {"controller/runtime", outside},
        {"controller/server", runtime},
        {"controller/cli", front},
        {"controller", with(front, {"controller/cli"})},  // main.cc
    };
  }();
  return kArrows;
}

struct Include {
  std::size_t line = 0;  // from 1
  std::string path;
  bool is_quoted = false;
};

std::vector<Include> includes_of(const SourceFile& file) {
  std::vector<Include> includes;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    if (!file.code[i].starts_with("#include")) continue;
    const std::string& line = file.lines[i];
    const std::size_t start = line.find_first_of("\"<");
    const std::size_t end = line.find_first_of("\">", start + 1);
    if (start == line.npos || end == line.npos) continue;
    includes.push_back({i + 1, line.substr(start + 1, end - start - 1), line[start] == '"'});
  }
  return includes;
}

bool exists(const SourceTree& tree, const std::string& path) {
  return std::any_of(tree.sources.begin(), tree.sources.end(),
                     [&](const SourceFile& file) { return file.path == path; });
}

}  // namespace

Problems check_arrows(const SourceFile& file) {
  const std::string room = folder_of(file.path);
  if (room.starts_with("tests")) return {};
  const auto known = arrows().find(room);
  if (known == arrows().end()) {
    return {at_line(file, 1) + "no room " + room + " in tests/support/tidy_arrows.cc"};
  }
  Problems problems;
  for (const Include& include : includes_of(file)) {
    const std::string other = folder_of(include.path);
    if (!include.is_quoted || other == room || known->second.contains(other)) continue;
    const std::vector<std::string> allowed(known->second.begin(), known->second.end());
    problems.push_back(at_line(file, include.line) + room + " may not include " + include.path +
                       "; it may know: " + join(allowed, ", "));
  }
  return problems;
}

Problems check_includes_resolve(const SourceFile& file, const SourceTree& tree) {
  Problems problems;
  for (const Include& include : includes_of(file)) {
    if (!include.is_quoted || exists(tree, include.path)) continue;
    problems.push_back(at_line(file, include.line) + "no file " + include.path +
                       " from the root; write full paths, and <> for libraries");
  }
  return problems;
}

Problems check_own_header_first(const SourceFile& file, const SourceTree& tree) {
  if (!file.path.ends_with(".cc")) return {};
  std::string own = file.path.substr(0, file.path.size() - 3) + ".h";
  if (!exists(tree, own)) return {};
  const std::vector<Include> includes = includes_of(file);
  if (!includes.empty() && includes.front().path == own) return {};
  return {at_line(file, 1) + "its own header must be its first include, so that it stands alone"};
}

Problems check_json_stays_out_of_headers(const SourceFile& file) {
  if (!file.path.ends_with(".h")) return {};
  Problems problems;
  for (const Include& include : includes_of(file)) {
    if (include.path != "nlohmann/json.hpp") continue;
    problems.push_back(at_line(file, include.line) +
                       "headers take base/json.h or nlohmann/json_fwd.hpp; json.hpp is for .cc");
  }
  return problems;
}

Problems check_libraries_at_home(const SourceFile& file) {
  struct Library {
    std::string prefix;
    Rooms homes;  // a room's own tests count as the room
    bool in_any_test;
  };
  static const std::vector<Library> kLibraries{
      {"curl/", {"controller/net", "bench"}, false},
      {"re2/", {"config"}, false},
      {"date/", {"config"}, false},
      {"httplib.h", {"controller/server"}, true},  // tests stand in for servers with it
      {"CLI/", {"controller/cli", "simulate"}, false},
      {"gtest/", {}, true},
      {"gmock/", {}, true},
  };
  std::string room = folder_of(file.path);
  const bool is_test = room.starts_with("tests");
  if (room.starts_with("tests/")) room = room.substr(6);
  Problems problems;
  for (const Include& include : includes_of(file)) {
    for (const Library& library : kLibraries) {
      if (!include.path.starts_with(library.prefix) || library.homes.contains(room)) continue;
      if (is_test && library.in_any_test) continue;
      const std::vector<std::string> homes(library.homes.begin(), library.homes.end());
      problems.push_back(at_line(file, include.line) + include.path + " is for " +
                         (homes.empty() ? "tests" : join(homes, ", ")) + " alone");
    }
  }
  return problems;
}

}  // namespace freshet
