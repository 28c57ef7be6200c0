// The table of mistakes is complete, and none of them is in a build that was not made for them.
#include "tests/simulate/mistakes.h"

#include <gtest/gtest.h>

#include <set>

namespace freshet::simulate {
namespace {

TEST(Mistakes, HaveARowAndANameEach) {
  std::set<Relapse> listed;
  std::set<std::string_view> names;
  for (const Mistake& mistake : all_mistakes()) {
    listed.insert(mistake.relapse);
    names.insert(mistake.name);
    EXPECT_FALSE(mistake.number.empty()) << mistake.name;
    EXPECT_FALSE(mistake.what.empty()) << mistake.name;
    EXPECT_EQ(find_mistake(mistake.name), &mistake);
  }
  const auto all = static_cast<std::size_t>(kLastRelapse);
  EXPECT_EQ(all_mistakes().size(), all);
  EXPECT_EQ(listed.size(), all);
  EXPECT_EQ(names.size(), all);
  EXPECT_FALSE(listed.contains(Relapse::kNone));
  EXPECT_EQ(find_mistake("none"), nullptr);
}

TEST(Mistakes, CoverEveryClass) {
  std::set<std::string_view> numbers;
  for (const Mistake& mistake : all_mistakes()) numbers.insert(mistake.number);
  for (int number = 1; number <= 21; ++number) {
    EXPECT_TRUE(numbers.contains(std::to_string(number))) << number;
  }
  EXPECT_TRUE(numbers.contains("7b"));
  EXPECT_EQ(numbers.size(), 23u);
}

// Where that is a constant, no branch on it is compiled.
TEST(Mistakes, AreOutOfTheProgramAtCompileTime) {
  if constexpr (!kMayRelapse) {
    static_assert(!relapsed(Relapse::kNone) && !relapsed(Relapse::kStaleCache));
  }
  SUCCEED();
}

}  // namespace
}  // namespace freshet::simulate
