// Every reason that the planner tells, or holds by, is one that a sink may ask for.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "base/text.h"
#include "config/notice_reasons.h"
#include "controller/planner/ledger.h"
#include "tests/support/source_tree.h"

namespace freshet {
namespace {

TEST(Reasons, EachOfAFactIsKnownToSinks) {
  std::set<std::string> told;
  const std::regex fact(
      R"re((?:fact|warning|await_person)\((?:pass, )?\s*(?:first \? )?"([A-Za-z]+)")re");
  for (const SourceFile& file : read_tree(std::filesystem::current_path()).sources) {
    if (!file.path.starts_with("controller/planner/")) continue;
    const std::string text = join(file.lines, "\n");
    for (std::sregex_iterator at(text.begin(), text.end(), fact), end; at != end; ++at) {
      told.insert((*at)[1]);
    }
    // Those that are chosen by a function of their own.
    if (!file.path.ends_with("raise.cc") && !file.path.ends_with("recover.cc")) continue;
    for (const char* word :
         {"CandidateReady", "StepAdvanced", "CoreLost", "CoreDamaged", "CoreNewer"}) {
      if (text.find('"' + std::string(word) + '"') != text.npos) told.insert(word);
    }
  }
  EXPECT_GE(told.size(), 30u);
  for (int why = 0; why <= static_cast<int>(RetreatWhy::kGateFailed); ++why) {
    told.insert(planning::outcome_of(static_cast<RetreatWhy>(why)));
  }
  const auto& known = notice_reasons();
  for (const std::string& reason : told) {
    EXPECT_TRUE(std::ranges::binary_search(known, reason)) << reason;
  }
  for (const std::string& reason : known) {
    EXPECT_TRUE(told.contains(reason) || is_told_hold(reason)) << reason;
  }
}

}  // namespace
}  // namespace freshet
