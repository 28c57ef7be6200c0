// What the text of a source may say: clocks, the outside world, unfinished work.
#include <algorithm>
#include <regex>

#include "tests/support/tidy_rules.h"

namespace freshet {
namespace {

// Every line of `lines` in which `pattern` occurs, with what was found.
Problems find_all(const SourceFile& file, const std::vector<std::string>& lines,
                  const std::regex& pattern, const std::string& sentence) {
  Problems problems;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::smatch found;
    if (!std::regex_search(lines[i], found, pattern)) continue;
    problems.push_back(at_line(file, i + 1) + found.str() + " " + sentence);
  }
  return problems;
}

bool is_pure(const std::string& path) {
  if (path == "base/clock.cc" || path == "base/files.cc") return false;
  const std::vector<std::string> kPureRooms{"base/",
                                            "config/",
                                            "analysis/",
                                            "controller/model/",
                                            "controller/planner/",
                                            "controller/registry/",
                                            "controller/image/",
                                            "controller/knative/",
                                            "controller/notify/",
                                            "controller/sandbox/"};
  return std::any_of(kPureRooms.begin(), kPureRooms.end(),
                     [&](const std::string& room) { return path.starts_with(room); });
}

}  // namespace

Problems check_purity(const SourceFile& file) {
  static const std::regex kWorld(
      R"(#include <(curl/|httplib|spdlog/|prometheus/|thread>|mutex>|shared_mutex>|)"
      R"(condition_variable>|future>|atomic>|semaphore>|fstream>|filesystem>|iostream>|)"
      R"(unistd\.h>|sys/|netdb\.h>|arpa/)[^>]*|)"
      R"(\b(std::(i|o)?fstream|std::(cout|cerr|clog|thread|jthread|mutex|async)|)"
      R"(std::random_device|(std::)?getenv|(std::)?fopen|(std::)?f?printf)\b)");
  if (!is_pure(file.path)) return {};
  return find_all(file, file.code, kWorld,
                  "is not for a pure room: time, randomness, files and HTTP come in as arguments");
}

Problems check_clocks(const SourceFile& file) {
  static const std::regex kClock(
      R"((system|steady|high_resolution|utc|file)_clock::now|\bgettimeofday\b|\bclock_gettime\b|)"
      R"(\btime\((nullptr|NULL|0)\)|this_thread::sleep_\w+|\b(usleep|nanosleep)\()");
  if (file.path == "base/clock.cc") return {};
  return find_all(file, file.code, kClock,
                  "is for base/clock.cc alone; take a Clock or a TimePoint");
}

Problems check_finished(const SourceFile& file) {
  // Spelled apart, so that this file does not break its own rule.
  static const std::regex kUnfinished(
      "\\b(TO"
      "DO|FIX"
      "ME|X"
      "XX)\\b|\\b(GTEST_"
      "SKIP|DIS"
      "ABLED_)");
  return find_all(file, file.lines, kUnfinished, "is unfinished work: finish it or leave it out");
}

}  // namespace freshet
