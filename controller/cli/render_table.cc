// The fleet: one line a service.
#include <algorithm>

#include "base/text.h"
#include "controller/cli/render_text.h"

namespace freshet {
namespace {

constexpr std::size_t kLeastVerdict = 24;
constexpr std::size_t kLeastNext = 16;

// What Knative has programmed; Revisions by the end of their name, as it begins with the Service's.
std::string traffic_text(const ServiceDetail& detail) {
  if (!detail.service) return "–";
  std::vector<std::string> parts;
  for (const TrafficTarget& target : serving(detail.service->observed_traffic)) {
    std::string name = target.revision ? target.revision->get() : "latest";
    const std::string head = detail.service->key.name + "-";
    if (name.starts_with(head)) name = name.substr(head.size());
    parts.push_back(name + " " + percent_text(target.percent.get()));
  }
  return parts.empty() ? "–" : join(parts, ", ");
}

std::string digest_text(const ServiceDetail& detail) {
  const auto& status = detail.status;
  const std::string old_one = status.stable ? short_digests(status.stable->digests) : "";
  const std::string new_one = status.candidate ? short_digests(status.candidate->digests) : "";
  if (old_one.empty() && new_one.empty()) return "–";
  if (new_one.empty()) return old_one;
  // A changed configuration is a candidate as well.
  return old_one + "→" + (new_one == old_one ? "same, new template" : new_one);
}

std::string short_step(const ServiceDetail& detail) {
  if (!detail.core) return "–";
  if (std::holds_alternative<Baking>(detail.core->phase)) return "bake";
  const auto* shifting = std::get_if<Shifting>(&detail.core->phase);
  if (shifting == nullptr) return "–";
  return std::to_string(shifting->step + 1) + "/" + std::to_string(shifting->rollout.plan.size()) +
         " (" + percent_text(candidate_percent(*detail.core)) + ")";
}

std::vector<std::string> cells(const ServiceRow& row, const RenderOptions& options) {
  const std::string phase =
      paint(symbol(row.mood) + " " + row.phase, colour_of(row.mood), options.colours);
  std::vector<std::string> out{row.name_space,
                               row.name,
                               phase,
                               row.step,
                               row.traffic,
                               row.digest,
                               age_text(row.image_created, options.now)};
  if (options.wide) {
    out.push_back(row.stable);
    out.push_back(row.candidate);
    out.push_back(row.behind_since ? age_text(row.behind_since, options.now) : "–");
  }
  out.push_back(row.verdict);
  out.push_back(row.next);
  return out;
}

// Cuts the two sentences of every line so that it fits into `columns`.
void cut_sentences(std::vector<std::vector<std::string>>& rows, std::size_t columns) {
  if (columns == 0) return;
  std::size_t fixed = 0;
  for (std::size_t i = 0; i + 2 < rows.front().size(); ++i) {
    std::size_t widest = 0;
    for (const auto& row : rows) widest = std::max(widest, width_of(row[i]));
    fixed += widest + 3;
  }
  const std::size_t room = columns > fixed + 3 ? columns - fixed - 3 : 0;
  const std::size_t verdict = std::max(kLeastVerdict, room * 3 / 5);
  const std::size_t next = std::max(kLeastNext, room > verdict ? room - verdict : 0);
  for (auto& row : rows) {
    row[row.size() - 2] = cut_to(row[row.size() - 2], verdict);
    row.back() = cut_to(row.back(), next);
  }
}

}  // namespace

ServiceRow service_row(const ServiceDetail& detail) {
  ServiceRow row;
  row.name_space = detail.tracked.name_space;
  row.name = detail.tracked.name;
  row.mood = mood_of(detail);
  row.phase = detail.status.phase.empty() ? "Pending" : detail.status.phase;
  row.step = short_step(detail);
  row.traffic = traffic_text(detail);
  row.digest = digest_text(detail);
  row.image_created = detail.status.image_created;
  row.behind_since = detail.status.behind_since;
  row.verdict = present_sentence(detail);
  row.next = next_sentence(detail);
  row.stable = detail.status.stable ? detail.status.stable->name : "–";
  row.candidate = detail.status.candidate ? detail.status.candidate->name : "–";
  return row;
}

std::string fleet_table(const std::vector<ServiceRow>& rows, const RenderOptions& options) {
  std::vector<std::vector<std::string>> lines;
  if (options.headers) {
    std::vector<std::string> head{"NAMESPACE", "SERVICE", "PHASE",    "STEP",
                                  "TRAFFIC",   "DIGEST",  "IMAGE-AGE"};
    if (options.wide) head.insert(head.end(), {"STABLE", "CANDIDATE", "BEHIND"});
    head.insert(head.end(), {"VERDICT", "NEXT"});
    lines.push_back(std::move(head));
  }
  for (const ServiceRow& row : rows) lines.push_back(cells(row, options));
  if (lines.empty()) return "";
  cut_sentences(lines, static_cast<std::size_t>(std::max(options.columns, 0)));
  return lay_out(lines);
}

}  // namespace freshet
