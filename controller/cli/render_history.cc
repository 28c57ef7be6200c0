// Past rollouts of one service: what it was, how it ended, on which evidence.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/cli/flags.h"
#include "controller/cli/json_path.h"
#include "controller/cli/render_text.h"

namespace freshet {
namespace {

Colour colour_of_outcome(const std::string& outcome) {
  if (outcome == "Promoted") return Colour::kGreen;
  if (outcome == "RolledBack") return Colour::kRed;
  return Colour::kYellow;
}

std::string change_text(const HistoryEntry& entry) {
  const std::string before = short_digests(entry.from_digests);
  const std::string after = short_digests(entry.to_digests);
  return before == after ? after + ", new template" : before + "→" + after;
}

// People's time is told apart: it says nothing about the rollout.
std::string times_text(const HistoryEntry& entry) {
  std::string out =
      moment_text(entry.started) + ", took " + format_age(entry.ended - entry.started);
  if (entry.held_seconds > 0) {
    out += " (" + format_age(seconds(entry.held_seconds)) + " of it waiting for people)";
  }
  return out;
}

std::string arm_text(const char* arm, std::int64_t requests, std::int64_t errors) {
  const double share =
      requests == 0 ? 0 : 100.0 * static_cast<double>(errors) / static_cast<double>(requests);
  return fmt::format("{} {} requests, {} errors ({:.2f} %)", arm, requests, errors, share);
}

std::string requests_text(const HistoryEntry& entry) {
  if (entry.canary_requests + entry.stable_requests == 0) return "nothing was measured";
  return arm_text("candidate", entry.canary_requests, entry.canary_errors) + "; " +
         arm_text("stable", entry.stable_requests, entry.stable_errors);
}

std::string entry_text(const HistoryEntry& entry, const RenderOptions& options) {
  const auto columns = static_cast<std::size_t>(std::max(options.columns, 0));
  const auto line = [&](const std::string& text) {
    return "  " + wrapped(text, columns, "  ") + "\n";
  };
  const std::string revision = entry.revision.empty() ? "no Revision" : entry.revision;
  std::string out = paint(entry.outcome, colour_of_outcome(entry.outcome), options.colours) + "  " +
                    revision + "  " + change_text(entry) + "\n";
  out += line(times_text(entry));
  if (!entry.message.empty()) out += line(entry.message);
  for (const GateStatus& gate : entry.gates) out += line("gate " + gate_text(gate, options));
  return out + line(requests_text(entry));
}

}  // namespace

std::string history_text(const ServiceDetail& detail, const RenderOptions& options) {
  const auto& history = detail.status.history;
  const std::string name = detail.tracked.name_space + "/" + detail.tracked.name;
  if (history.empty()) return "No rollout of " + name + " has ended yet.\n";
  std::vector<std::string> entries;
  for (const HistoryEntry& entry : history) entries.push_back(entry_text(entry, options));
  return join(entries, "\n");
}

bool is_structured(std::string_view format) {
  return format == "json" || format == "yaml" || format.starts_with(kJsonPathFormat);
}

std::string structured(const Json& value, const std::string& format) {
  if (format.starts_with(kJsonPathFormat)) {
    return json_path_text(format.substr(std::string_view(kJsonPathFormat).size()), value).value();
  }
  return format == "yaml" ? to_yaml(value) : dump_json_pretty(value) + "\n";
}

}  // namespace freshet
