// Verdicts that no evidence is needed for: readiness only, unread metrics, nobody there.
#pragma once

#include <string>

#include "analysis/analyzer.h"

namespace freshet {

Verdict by_readiness(const JudgeContext& context);
// `verdict` as it was, and why nothing could be read since: neither a pass nor a failure.
Verdict blind_verdict(Verdict verdict, const std::string& why);
Verdict asleep_verdict();

}  // namespace freshet
