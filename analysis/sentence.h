// A verdict in words, for status, events and notifications.
#pragma once

#include <string>

#include "analysis/analyzer.h"

namespace freshet {

// Of one that is suspect at its first step, from which there is nowhere to go back to.
std::string first_step_sentence(const std::string& suspect, const Evidence& e);
// Of a verdict that is complete but for its sentence.
std::string sentence_of(const Verdict& verdict, const Evidence& evidence,
                        const AnalysisSettings& settings, const JudgeContext& context);
// The last step has not been observed for as long as it must be before all is promoted.
bool is_soaking(const Evidence& evidence, const AnalysisSettings& settings,
                const JudgeContext& context);

}  // namespace freshet
