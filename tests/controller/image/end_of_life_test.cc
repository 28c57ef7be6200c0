// Until when releases are mended: the known examples, and what cannot be told.
#include "controller/image/end_of_life.h"

#include <gtest/gtest.h>

#include "base/files.h"

namespace freshet {
namespace {

TimePoint date(const std::string& text) { return *parse_rfc3339(text + "T00:00:00Z"); }
const TimePoint kToday = date("2026-11-29");

// As Debian's distro-info-data has them, a few lines of each.
DistroInfo sample_info() {
  return {std::string("version,codename,series,created,release,eol,eol-lts,eol-elts\n"
                      "8,Jessie,jessie,2013-05-04,2015-04-25,2018-06-17,2020-06-30,2025-06-30\n"
                      "12,Bookworm,bookworm,2021-08-14,2023-06-10,2026-06-10,2028-06-30\n"
                      "14,Forky,forky,2025-08-09\n,Sid,sid,1993-08-16\n"),
          std::string("version,codename,series,created,release,eol,eol-server,eol-esm\n"
                      "24.04 LTS,Noble Numbat,noble,2023-10-26,2024-04-25,2029-05-31,2029-05-31\n"
                      "23.10,Mantic Minotaur,mantic,2023-04-20,2023-10-12,2024-07-11\n")};
}

std::string told(const std::string& os_release) {
  return end_of_life_text(end_of_life(parse_os_release(os_release), sample_info()), kToday);
}

TEST(EndOfLife, OfAlpine35AndDebian8IsLongPast) {
  EXPECT_EQ(told("ID=alpine\nVERSION_ID=3.5.3\n"), "ended 2018-11-01");
  EXPECT_EQ(told("ID=debian\nVERSION_ID=\"8\"\n"), "ended 2018-06-17, LTS ended 2020-06-30");
}

TEST(EndOfLife, OfOneThatIsMendedSaysUntilWhen) {
  EXPECT_EQ(told("ID=debian\nVERSION_ID=12\n"), "ended 2026-06-10, LTS until 2028-06-30");
  EXPECT_EQ(told("ID=ubuntu\nVERSION_ID=\"24.04\"\n"), "until 2029-05-31");
  EXPECT_EQ(told("ID=alpine\nVERSION_ID=3.23.0\n"), "until 2027-11-01");
}

TEST(EndOfLife, OfDistrolessIsDebians) {
  EXPECT_EQ(told("PRETTY_NAME=\"Distroless\"\nNAME=\"Debian GNU/Linux\"\nID=\"debian\"\n"
                 "VERSION_ID=\"12\"\n"),
            "ended 2026-06-10, LTS until 2028-06-30");
}

TEST(EndOfLife, ThereIsNoneOfWhatRolls) {
  const std::string rolling = "rolling: mended for as long as it is rebuilt";
  EXPECT_EQ(told("ID=wolfi\nVERSION_ID=20230201\n"), rolling);
  EXPECT_EQ(told("ID=chainguard\n"), rolling);
  EXPECT_EQ(told("ID=alpine\nVERSION_ID=3.24.0_alpha20260127\n"), rolling);
  EXPECT_EQ(told("ID=debian\nVERSION_CODENAME=sid\n"), rolling);
}

TEST(EndOfLife, ThatCannotBeToldSaysWhy) {
  EXPECT_EQ(told(""), "not known: its os-release names no distribution");
  EXPECT_EQ(told("ID=rhel\nVERSION_ID=9\n"), "not known: no table of the releases of rhel");
  EXPECT_EQ(told("ID=debian\nVERSION_CODENAME=forky\n"),
            "not known: debian has no end in the table of releases");
  EXPECT_EQ(told("ID=alpine\nVERSION_ID=3.99.1\n"),
            "not known: alpine 3.99.1 is not in the table of releases of 2026-02");
  DistroInfo none{make_error(ErrorKind::kNotFound, "no /usr/share/distro-info/debian.csv"),
                  std::string()};
  EXPECT_EQ(end_of_life(parse_os_release("ID=debian\nVERSION_ID=8"), none).unknown,
            "no /usr/share/distro-info/debian.csv");
}

TEST(EndOfLife, IsPastOnceNobodyMendsIt) {
  const auto past = [](const std::string& os_release, const char* day) {
    return is_past(end_of_life(parse_os_release(os_release), sample_info()), date(day));
  };
  EXPECT_TRUE(past("ID=debian\nVERSION_ID=8\n", "2020-07-01"));
  EXPECT_FALSE(past("ID=debian\nVERSION_ID=8\n", "2020-06-30"));
  EXPECT_FALSE(past("ID=debian\nVERSION_ID=12\n", "2026-11-29"));
  EXPECT_TRUE(past("ID=alpine\nVERSION_ID=3.5.0\n", "2018-11-02"));
  EXPECT_FALSE(past("ID=wolfi\n", "2099-01-01"));
}

TEST(EndOfLife, OfDebian8IsInTheDistributionsOwnData) {
  const DistroInfo info{read_file("/usr/share/distro-info/debian.csv", kMaxDistroInfoBytes),
                        read_file("/usr/share/distro-info/ubuntu.csv", kMaxDistroInfoBytes)};
  const EndOfLife jessie = end_of_life(parse_os_release("ID=debian\nVERSION_ID=8"), info);
  EXPECT_EQ(jessie.extended, date("2020-06-30")) << jessie.unknown;
  EXPECT_TRUE(is_past(jessie, kToday));
  const EndOfLife noble = end_of_life(parse_os_release("ID=ubuntu\nVERSION_ID=24.04"), info);
  EXPECT_FALSE(is_past(noble, kToday));
  EXPECT_EQ(noble.unknown, "");
}

}  // namespace
}  // namespace freshet
