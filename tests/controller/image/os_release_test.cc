// os-release: what is taken of it.
#include "controller/image/os_release.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

TEST(OsRelease, ReadsQuotedAndBareWords) {
  EXPECT_EQ(parse_os_release("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"
                             "NAME=\"Debian GNU/Linux\"\nVERSION_ID='12'\n"
                             "VERSION_CODENAME=bookworm\r\n# ID=other\nID=Debian\n"
                             "  ID_LIKE=\"a \\\"b\\\"\"  \nno assignment\n=x\n"),
            (OsRelease{"debian", "a \"b\"", "12", "bookworm", "Debian GNU/Linux 12 (bookworm)"}));
}

TEST(OsRelease, LeavesOutWhatIsNoName) {
  EXPECT_EQ(parse_os_release("ID=\"a\x1b[31mb\"\nVERSION_ID=" + std::string(5000, '1') +
                             "\nPRETTY_NAME=\"\xff\"\n"),
            OsRelease{});
  EXPECT_EQ(parse_os_release(""), OsRelease{});
  EXPECT_EQ(parse_os_release(std::string(kMaxOsReleaseBytes, '\n') + "ID=late"), OsRelease{});
}

// Cut and changed anywhere, it is still read without harm.
TEST(OsRelease, OfAnyBytesIsShortAndReadable) {
  const std::string whole =
      "ID=\"al\\pine\"\nVERSION_ID='3.5.3'\nPRETTY_NAME=\"Alpine Linux v3.5\"\n";
  for (std::size_t i = 0; i <= whole.size(); ++i) {
    for (const char change : {'\0', '"', '\'', '\\', '\n', '=', '\x80'}) {
      std::string text = whole.substr(0, i) + change + whole.substr(i);
      const OsRelease release = parse_os_release(text);
      EXPECT_LE(release.pretty_name.size(), kMaxOsReleaseValue);
      (void)parse_os_release(whole.substr(0, i) + change);
    }
  }
}

}  // namespace
}  // namespace freshet
