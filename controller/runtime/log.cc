// Log lines.
#include "controller/runtime/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"

namespace freshet {

namespace {

constexpr std::size_t kMaxField = 600;

std::string quoted(const std::string& value) {
  const std::string text = printable(value, kMaxField);
  if (!text.empty() && text.find_first_of(" \"=") == std::string::npos) return text;
  return dump_json(Json(text));
}

}  // namespace

std::string format_log_line(const LogLine& line, LogFormat format) {
  if (format == LogFormat::kJson) {
    Json json = {{"event", line.event}};
    for (const auto& [name, value] : line.fields) json[name] = printable(value, kMaxField);
    return dump_json(json);
  }
  std::string text = line.event;
  for (const auto& [name, value] : line.fields) {
    if (!value.empty()) text += " " + name + "=" + quoted(value);
  }
  return text;
}

Log standard_log(LogFormat format) {
  auto logger = std::make_shared<spdlog::logger>("freshet",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
  if (format == LogFormat::kText) {
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  } else {
    logger->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","line":%v})",
                        spdlog::pattern_time_type::utc);
  }
  return [logger, format](const LogLine& line) {
    const std::string text = format_log_line(line, format);
    switch (line.level) {
      case LogLevel::kInfo: logger->info("{}", text); break;
      case LogLevel::kWarning: logger->warn("{}", text); break;
    }
    logger->flush();
  };
}

}  // namespace freshet
