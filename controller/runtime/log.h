// Log lines of the shell: one a transition, key=value or JSON, quiet when nothing happens.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace freshet {

enum class LogLevel { kInfo, kWarning };

struct LogLine {
  LogLevel level = LogLevel::kInfo;
  std::string event;                                        // "StepAdvanced"
  std::vector<std::pair<std::string, std::string>> fields;  // service, revision, digest, reason …
};

using Log = std::function<void(const LogLine&)>;

enum class LogFormat { kText, kJson };
std::string format_log_line(const LogLine& line, LogFormat format);

// To standard error through spdlog, with time and level before each line.
Log standard_log(LogFormat format);

}  // namespace freshet
