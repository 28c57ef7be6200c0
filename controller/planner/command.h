// A person's command as it stands in an annotation: "<id> [--option…] [reason]".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "controller/model/names.h"

namespace freshet::planning {

enum class Verb { kAbort, kPromote, kPause, kResume, kRetry, kAdopt, kRepair, kRollback };
std::string_view to_string(Verb verb);  // "abort"

// In the order in which they are read; each has one annotation, "freshet.dev/<verb>".
const std::vector<Verb>& all_verbs();
std::string annotation_of(Verb verb);

struct Command {
  Verb verb = Verb::kAbort;
  std::string id;
  bool full = false;                   // promote --full: all requests at once
  bool keep_mine = false;              // resume --keep-mine: Freshet's plan again
  bool keep_theirs = false;            // resume --keep-theirs: the rollout ends, adopted as found
  bool allow_downgrade = false;        // retry --allow-downgrade: what is held as DowngradeHeld
  std::optional<std::int64_t> seen;    // retry --seen=SEQ: not what was rejected after that state
  std::optional<TimePoint> until;      // pause --until=RFC3339 or a duration from now
  std::optional<RevisionName> to;      // adopt --to=REVISION
  std::optional<std::string> rollout;  // promote --rollout=ID: meant for that one only
  std::optional<int> step;             // promote --step=N, from 1, as status shows it
  std::string by;                      // --by=NAME
  bool is_proven = false;              // the cluster says that it is NAME; else it is a claim
  std::string reason;
  bool operator==(const Command&) const = default;
};

// The id is always set, also where the rest is refused; options end at the first other word.
struct ParsedCommand {
  Command command;
  std::string problem;  // a sentence; "" if all is well
};
ParsedCommand parse_command(Verb verb, std::string_view value, TimePoint now);

// "user:alice" where that is known; "person:alice", or "person", where it is a claim.
std::string author(const Command& command);
std::string on_word(const Command& command);  // "user:alice: checked by hand"

}  // namespace freshet::planning
