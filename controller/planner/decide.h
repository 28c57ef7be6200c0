// Making a Transition: one that writes, or one that waits.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/planner/pass.h"

namespace freshet::planning {

struct Change {
  Core next;                  // its seq, holds and rejections are settled by write()
  bool sets_traffic = false;  // spec.traffic becomes what `next` asks for
  TemplateChange template_change = KeepTemplate{};
  bool urgent = false;
  std::string why;  // for the log
};

Core enter(Core core, Phase phase, TimePoint now);  // `core` in a new phase or step, since now

Transition write(Pass pass, Change change, Fact fact);
// Adds to the sentence of such a transition, wherever that stands.
void say_more(Transition& written, const std::string& more);
Transition wait(Pass pass, Explanation explanation,
                std::optional<TimePoint> wake_at = std::nullopt);

// No person is waited for (any more): what was asked is forgotten, and the deadline counts again.
Transition go_on(Pass pass, Explanation explanation, std::optional<TimePoint> wake_at);
// Says it once: the first pass that waits for this has the fact, later ones do not repeat it.
void alert_once(Pass& pass, Fact fact);

std::optional<TimePoint> earliest(std::optional<TimePoint> a, std::optional<TimePoint> b);
HoldStatus own_hold(const Pass& pass, std::string reason, std::string message);

}  // namespace freshet::planning
