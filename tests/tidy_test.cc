// The rules of the house, checked on every source of the project. The rules: support/tidy_rules.h.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/text.h"
#include "tests/support/tidy_rules.h"

namespace freshet {
namespace {

const SourceTree& tree() {
  static const SourceTree kTree = read_tree(std::filesystem::current_path());
  return kTree;
}

using FileRule = std::function<Problems(const SourceFile&)>;
using TreeRule = std::function<Problems(const SourceFile&, const SourceTree&)>;

void expect_everywhere(const FileRule& rule) {
  ASSERT_FALSE(tree().sources.empty()) << "run from the root of the sources, as ctest does";
  Problems all;
  for (const SourceFile& file : tree().sources) {
    const Problems found = rule(file);
    all.insert(all.end(), found.begin(), found.end());
  }
  EXPECT_TRUE(all.empty()) << join(all, "\n");
}

void expect_everywhere(const TreeRule& rule) {
  expect_everywhere([&](const SourceFile& file) { return rule(file, tree()); });
}

TEST(Tidy, NoRoomKnowsARoomAboveIt) { expect_everywhere(check_arrows); }

TEST(Tidy, EveryIncludeIsAFullPathFromTheRoot) { expect_everywhere(check_includes_resolve); }

TEST(Tidy, EverySourceIncludesItsOwnHeaderFirst) { expect_everywhere(check_own_header_first); }

TEST(Tidy, NoHeaderBringsInAllOfTheJsonLibrary) {
  expect_everywhere(check_json_stays_out_of_headers);
}

TEST(Tidy, PureRoomsTouchNothingOutside) { expect_everywhere(check_purity); }

TEST(Tidy, OneFileReadsTheClockAndSleeps) { expect_everywhere(check_clocks); }

TEST(Tidy, EachLibraryHasOneHome) { expect_everywhere(check_libraries_at_home); }

TEST(Tidy, NoLineIsTooWide) { expect_everywhere(check_columns); }

TEST(Tidy, NoFileIsTooLong) { expect_everywhere(check_file_length); }

TEST(Tidy, NoFunctionIsTooLong) { expect_everywhere(check_function_length); }

TEST(Tidy, EverySourceSaysWhatItIs) { expect_everywhere(check_first_line); }

TEST(Tidy, NothingIsLeftUnfinishedOrSkipped) { expect_everywhere(check_finished); }

TEST(Tidy, EverySourceIsBuilt) {
  const Problems problems = check_listed_in_cmake(tree());
  EXPECT_TRUE(problems.empty()) << join(problems, "\n");
}

TEST(Tidy, EveryRoomHasAShortReadme) {
  const Problems problems = check_readmes(tree());
  EXPECT_TRUE(problems.empty()) << join(problems, "\n");
}

TEST(Tidy, AResultCannotBeDroppedSilently) {
  for (const SourceFile& file : tree().sources) {
    if (file.path != "base/result.h") continue;
    EXPECT_NE(join(file.code, "\n").find("class [[nodiscard]] Result"), std::string::npos)
        << "base/result.h: Result must be [[nodiscard]]";
    return;
  }
  FAIL() << "no base/result.h";
}

}  // namespace
}  // namespace freshet
