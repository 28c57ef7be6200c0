// Package databases of the three kinds, and what differs.
#include "controller/image/packages.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

const std::string kApk =
    "C:Q1abc=\nP:musl\nV:1.2.5-r1\nA:x86_64\nF:lib\nR:ld-musl-x86_64.so.1\n\n"
    "P:libcrypto3\nV:3.3.2-r0\n\nP:odd name\nV:1\n\nP:none\n";
const std::string kDpkg =
    "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.36-9+deb12u8\n"
    "Description: GNU C Library\n Package: not this one\n .\n Version: 0\n\n"
    "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n\n"
    "Package: libc6\nStatus: install ok installed\nArchitecture: i386\nVersion: 2.36-9+deb12u7\n";

TEST(Packages, AreReadFromApksDatabase) {
  EXPECT_EQ(parse_apk_installed(kApk),
            (Packages{{"musl", "1.2.5-r1"}, {"libcrypto3", "3.3.2-r0"}}));
}

TEST(Packages, AreReadFromDpkgsDatabaseWhereTheyAreInstalled) {
  EXPECT_EQ(parse_dpkg_status(kDpkg),
            (Packages{{"libc6", "2.36-9+deb12u8"}, {"libc6:i386", "2.36-9+deb12u7"}}));
}

TEST(Packages, AreReadFromAFileOfDistroless) {
  EXPECT_EQ(parse_dpkg_status("Package: tzdata\nVersion: 2024a-0+deb12u1\nArchitecture: all\n"),
            (Packages{{"tzdata", "2024a-0+deb12u1"}}));
}

TEST(Packages, ThatDifferAreAddedChangedOrGone) {
  EXPECT_EQ(
      changed_packages({{"a", "1"}, {"b", "1"}, {"c", "1"}}, {{"b", "2"}, {"c", "1"}, {"d", "1"}}),
      (std::vector<PackageChange>{{"a", "1", ""}, {"b", "1", "2"}, {"d", "", "1"}}));
}

TEST(Packages, AreBounded) {
  std::string many;
  for (std::size_t i = 0; i < kMaxPackages + 10; ++i)
    many += "P:p" + std::to_string(i) + "\nV:1\n\n";
  EXPECT_EQ(parse_apk_installed(many).size(), kMaxPackages);
  EXPECT_EQ(parse_apk_installed("P:" + std::string(5000, 'a') + "\nV:1\n"), Packages{});
}

// Cut and changed anywhere, no name or version that is none comes out.
TEST(Packages, OfAnyBytesAreWords) {
  for (const std::string& whole : {kApk, kDpkg}) {
    for (std::size_t i = 0; i <= whole.size(); ++i) {
      for (const char change : {'\0', '\n', ':', ' ', '\x80', '\x1b'}) {
        const std::string text = whole.substr(0, i) + change + whole.substr(i);
        for (const Packages& found : {parse_apk_installed(text), parse_dpkg_status(text)}) {
          for (const auto& [name, version] : found) {
            EXPECT_EQ((name + version).find_first_of(std::string("\0\n\x80\x1b ", 5)),
                      std::string::npos);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace freshet
