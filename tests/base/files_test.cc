// Files with bounds, and the environment.
#include "base/files.h"

#include <gtest/gtest.h>

#include <string>

namespace freshet {
namespace {

const std::string kPath = testing::TempDir() + "freshet_files_test";

TEST(Files, AreReadAsTheyWereWritten) {
  const std::string content("a\0b\n", 4);
  ASSERT_TRUE(write_file(kPath, content));
  EXPECT_EQ(read_file(kPath, 4).value(), content);
}

TEST(Files, OverTheBoundAreRefused) {
  ASSERT_TRUE(write_file(kPath, "12345"));
  EXPECT_EQ(read_file(kPath, 4).error(), bad_input(kPath + " is larger than 4 bytes"));
}

TEST(Files, ThatAreAbsentAreNotFound) {
  EXPECT_EQ(
      read_file("/nowhere/at/all", 10).error(),
      make_error(ErrorKind::kNotFound, "cannot read /nowhere/at/all: No such file or directory"));
  EXPECT_FALSE(write_file("/nowhere/at/all", "x"));
}

TEST(Files, ThatAreFoldersCannotBeRead) { EXPECT_FALSE(read_file("/", 10)); }

TEST(Environment, CountsEmptyAsUnset) {
  EXPECT_TRUE(environment("PATH"));
  EXPECT_EQ(environment("FRESHET_SURELY_NOT_SET"), std::nullopt);
}

}  // namespace
}  // namespace freshet
