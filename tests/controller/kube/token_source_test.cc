// Tokens: rotation, rejection, and files that cannot be read for a while.
#include "controller/kube/token_source.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

constexpr TimePoint kTokenStart{std::chrono::hours(24)};

struct File {
  Result<std::string> content = std::string("first\n");
  int reads = 0;
  TokenSource source{"/token", [this](const std::string&) {
                       ++reads;
                       return content;
                     }};
  std::string token(Duration after) {
    const auto got = source.credential(kTokenStart + after);
    return got ? got->token.reveal() : "error: " + got.error().message;
  }
};

TEST(TokenSource, AFixedOneStaysAndAnEmptyOneIsNone) {
  TokenSource fixed{Secret("abc")};
  const KubeCredential shown = fixed.credential(kTokenStart).value();
  EXPECT_EQ(shown.token.reveal(), "abc");
  fixed.reject(shown);
  EXPECT_EQ(fixed.credential(kTokenStart).value(), shown);
  TokenSource none{Secret()};
  EXPECT_EQ(none.credential(kTokenStart).value(), KubeCredential{});
}

TEST(TokenSource, AFileIsReadAgainEachMinute) {
  File file;
  EXPECT_EQ(file.token(seconds(0)), "first");
  file.content = "second";
  EXPECT_EQ(file.token(seconds(59)), "first");
  EXPECT_EQ(file.token(seconds(60)), "second");
  EXPECT_EQ(file.reads, 2);
}

TEST(TokenSource, ARejectedOneIsReadAgainAtOnce) {
  File file;
  EXPECT_EQ(file.token(seconds(0)), "first");
  file.content = "second";
  file.source.reject(file.source.credential(kTokenStart).value());
  EXPECT_EQ(file.token(seconds(1)), "second");
}

TEST(TokenSource, TheOldOneStaysInUseWhileTheFileCannotBeRead) {
  File file;
  EXPECT_EQ(file.token(seconds(0)), "first");
  file.content = make_error(ErrorKind::kPermanent, "gone");
  EXPECT_EQ(file.token(seconds(60)), "first");
  file.content = "";
  EXPECT_EQ(file.token(seconds(61)), "first");
  file.content = "second";
  EXPECT_EQ(file.token(seconds(62)), "second");
}

TEST(TokenSource, AFileThatWasNeverReadableIsAnError) {
  File file;
  file.content = make_error(ErrorKind::kPermanent, "cannot read /token");
  EXPECT_EQ(file.token(seconds(0)), "error: reading the service account token: cannot read /token");
  file.content = " \n";
  EXPECT_EQ(file.token(seconds(1)), "error: the token file /token is empty");
}

TEST(TokenSource, AClockThatWentBackReadsAgain) {
  File file;
  EXPECT_EQ(file.token(hours(5)), "first");
  file.content = "second";
  EXPECT_EQ(file.token(seconds(0)), "second");
}

}  // namespace
}  // namespace freshet
