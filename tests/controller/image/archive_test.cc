// One layer as entries, in each packing, and its bounds.
#include "controller/image/archive.h"

#include <gtest/gtest.h>

#include "tests/controller/image/tarball.h"

namespace freshet {
namespace {

NextBytes chunks_of(const std::string& bytes, std::size_t size) {
  return [&bytes, size, at = std::size_t{0}]() mutable -> Result<std::string> {
    const std::string chunk = bytes.substr(at, size);
    at += chunk.size();
    return chunk;
  };
}

ArchiveBudget plenty() { return {1 << 30, 1000}; }

const std::vector<TarFile> kFiles{{"./etc/"},
                                  {"./etc/os-release", "ID=a\n"},
                                  {"etc/link", "", "../usr/x"},
                                  {"/etc/hard", "", "", "etc/os-release"}};

TEST(Archive, ShowsEntriesInEachPackingHoweverTheBytesCome) {
  for (const Packing packing : {Packing::kNone, Packing::kGzip, Packing::kZstd}) {
    const std::string tar = make_tarball(kFiles, packing);
    for (const std::size_t size : {std::size_t{1}, std::size_t{700}, tar.size()}) {
      std::vector<TarEntry> seen;
      std::string content;
      ArchiveBudget budget = plenty();
      const Status read = read_archive(chunks_of(tar, size), budget,
                                       [&](const TarEntry& entry, const ReadContent& read_content) {
                                         seen.push_back(entry);
                                         if (entry.size > 0) content = *read_content(100);
                                         return true;
                                       });
      ASSERT_TRUE(read) << read.error().message;
      using Kind = TarEntry::Kind;
      EXPECT_EQ(seen, (std::vector<TarEntry>{{"etc", Kind::kOther, "", 0},
                                             {"etc/os-release", Kind::kFile, "", 5},
                                             {"etc/link", Kind::kSymlink, "../usr/x", 0},
                                             {"etc/hard", Kind::kHardlink, "etc/os-release", 0}}));
      EXPECT_EQ(content, "ID=a\n");
      EXPECT_EQ(budget.entries, 996);
      EXPECT_LT(budget.unpacked, 1 << 30);
    }
  }
}

TEST(Archive, EndsWhereNothingMoreIsWanted) {
  const std::string tar =
      make_tarball({{"a", "1"}, {"b", std::string(1 << 20, 'x')}}, Packing::kNone);
  std::size_t given = 0;
  ArchiveBudget budget = plenty();
  const Status read = read_archive(
      [&]() -> Result<std::string> {
        const std::string chunk = tar.substr(given, 2048);
        given += chunk.size();
        return chunk;
      },
      budget, [](const TarEntry&, const ReadContent&) { return false; });
  EXPECT_TRUE(read);
  EXPECT_LE(given, 16384u);
}

TEST(Archive, ThatUnpacksToTooMuchIsRefusedWithoutUnpackingIt) {
  const std::string bomb = make_tarball(
      {{"zeros", std::string(64 << 20, '\0')}, {"etc/os-release", "ID=a"}}, Packing::kGzip);
  ASSERT_LT(bomb.size(), 1u << 17);
  ArchiveBudget budget{1 << 20, 1000};
  const auto everything = [](const TarEntry&, const ReadContent&) { return true; };
  const Status read = read_archive(chunks_of(bomb, 4096), budget, everything);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error(),
            make_error(ErrorKind::kRefused, "it unpacks to more bytes than may be read"));
  ArchiveBudget few{1 << 30, 1};
  EXPECT_EQ(read_archive(chunks_of(bomb, 4096), few, everything).error().message,
            "it unpacks to more entries than may be read");
}

TEST(Archive, RefusesContentThatIsTooLong) {
  const std::string tar = make_tarball({{"a", "12345"}}, Packing::kGzip);
  ArchiveBudget budget = plenty();
  std::string problem;
  EXPECT_TRUE(
      read_archive(chunks_of(tar, 4096), budget, [&](const TarEntry&, const ReadContent& content) {
        problem = content(4).error().message;
        return true;
      }));
  EXPECT_EQ(problem, "a has 5 bytes; allowed: 4");
}

TEST(Archive, PassesOnWhyThereAreNoMoreBytes) {
  ArchiveBudget budget = plenty();
  const Error cut = make_error(ErrorKind::kTransient, "connection reset");
  const auto none = [](const TarEntry&, const ReadContent&) { return true; };
  const Status read = read_archive([&]() -> Result<std::string> { return cut; }, budget, none);
  EXPECT_EQ(read.error(), cut);
}

// Cut or changed anywhere it ends, with an error or without.
TEST(Archive, OfAnyBytesEnds) {
  for (const Packing packing : {Packing::kNone, Packing::kGzip, Packing::kZstd}) {
    const std::string whole = make_tarball(kFiles, packing);
    for (std::size_t i = 0; i < whole.size(); i += packing == Packing::kNone ? 37 : 1) {
      for (const std::string& bytes :
           {whole.substr(0, i), whole.substr(0, i) + '\xff' + whole.substr(i + 1)}) {
        ArchiveBudget budget = plenty();
        (void)read_archive(chunks_of(bytes, 512), budget,
                           [](const TarEntry&, const ReadContent& content) {
                             (void)content(1000);
                             return true;
                           });
        EXPECT_GE(budget.entries, 0);
      }
    }
  }
}

}  // namespace
}  // namespace freshet
