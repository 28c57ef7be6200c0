// Which date an image's age counts from, and the exposure lag.
#include "controller/model/image_date.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

TimePoint day(int number) { return *parse_rfc3339("2026-11-01T00:00:00Z") + days(number); }

SeenDigest seen(std::optional<TimePoint> created, std::optional<TimePoint> pushed) {
  SeenDigest out{"sha256:a", day(10), created};
  out.pushed = pushed;
  return out;
}

TEST(ImageDate, IsTheBuildsWhereTheImageTellsIt) {
  EXPECT_EQ(image_date(seen(day(2), day(5))), (ImageDate{day(2), DateSource::kCreated}));
}

TEST(ImageDate, IsThatOfThePushWhereTheBuildsIsNotTold) {
  EXPECT_EQ(image_date(seen({}, day(5))), (ImageDate{day(5), DateSource::kPushed}));
}

TEST(ImageDate, IsThatOfTheFirstLookWhereNothingElseIsTold) {
  EXPECT_EQ(image_date(seen({}, {})), (ImageDate{day(10), DateSource::kFirstSeen}));
}

TEST(ImageDate, IsThatOfTheFirstLookWhereTheSameWasPushedOnceMoreLater) {
  EXPECT_EQ(image_date(seen({}, day(20))), (ImageDate{day(10), DateSource::kFirstSeen}));
}

TEST(ImageDate, IsUnknownOfARevisionWhoseImageNobodySawUnderATag) {
  EXPECT_EQ(image_date(RevisionStatus{}), std::nullopt);
}

TEST(ExposureLag, CountsFromThePushAndElseFromTheFirstLookNeverFromTheBuild) {
  RevisionStatus revision;
  revision.image_created = day(1);
  revision.first_seen = day(10);
  EXPECT_EQ(exposure_lag(revision), std::nullopt);
  revision.exposed = day(12);
  EXPECT_EQ(exposure_lag(revision), days(2));
  revision.pushed = day(7);
  EXPECT_EQ(exposure_lag(revision), days(5));
  revision.first_seen.reset();
  revision.pushed.reset();
  EXPECT_EQ(exposure_lag(revision), std::nullopt);
}

}  // namespace
}  // namespace freshet
