// Working notes to and from TrackedService.status.
#include "controller/runtime/notes.h"

#include <nlohmann/json.hpp>

namespace freshet {

namespace {

constexpr std::size_t kMaxNotesBytes = 16 << 10;

CommandStatus to_status(const CommandAnswer& answer) {
  return {answer.id, answer.verb, answer.accepted ? "Accepted" : "Refused", answer.sentence,
          answer.at};
}

CommandAnswer from_status(const CommandStatus& status) {
  return {status.id, status.verb, status.answer == "Accepted", status.message, status.at};
}

}  // namespace

std::vector<CommandStatus> command_statuses(const Memo& memo) {
  std::vector<CommandStatus> out;
  for (const CommandAnswer& answer : memo.answers) out.push_back(to_status(answer));
  return out;
}

std::string notes_to_text(const Notes& notes) {
  Json out = {{"memo", memo_to_json(notes.memo)}};
  if (!notes.dialect.empty()) out["dialect"] = notes.dialect;
  if (notes.judged->settings) {
    out["settings"] = settings_to_json(*notes.judged->settings);
    out["evidence"] = evidence_to_json(notes.judged->evidence);
  }
  std::string text = dump_json(out);
  if (text.size() <= kMaxNotesBytes) return text;
  return dump_json(Json{{"memo", memo_to_json(notes.memo)}});
}

Notes notes_from_status(TrackedServiceStatus status) {
  Notes notes;
  if (const auto json = parse_json(status.evidence, kMaxNotesBytes); json && json->is_object()) {
    notes.memo = memo_from_json(json->value("memo", Json::object()));
    notes.dialect = string_or(*json, "dialect");
    auto settings = settings_from_json(json->value("settings", Json()));
    auto evidence = evidence_from_json(json->value("evidence", Json()));
    if (settings && evidence) {
      notes.judged->settings = *std::move(settings);
      notes.judged->evidence = *std::move(evidence);
    }
  }
  notes.memo.history = status.history;
  notes.memo.answers.clear();
  for (const CommandStatus& command : status.commands) {
    notes.memo.answers.push_back(from_status(command));
  }
  notes.told_seq = status.seq;
  notes.told_holds = status.holds;
  notes.undelivered = status.undelivered;
  notes.written = std::move(status);
  return notes;
}

}  // namespace freshet
