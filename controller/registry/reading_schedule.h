// When something that credentials come from is read again: pure, a few moments in time.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace freshet {

inline constexpr Duration kHelperGoodFor = hours(1);    // far below what ECR, ACR, GAR give
inline constexpr Duration kSecretGoodFor = minutes(5);  // and ServiceAccounts
inline constexpr Duration kConfigFileGoodFor = seconds(30);
inline constexpr Duration kDeniedGoodFor = seconds(30);      // a person may grant it any moment
inline constexpr Duration kAfterFailedReading = seconds(5);  // doubled with each in a row
inline constexpr Duration kLongestAfterFailure = minutes(5);
inline constexpr Duration kDoubtSpacing = minutes(1);

class ReadingSchedule {
 public:
  TimePoint due() const { return due_; }  // at once, until it has been read

  void went_well(TimePoint now, Duration good_for) {
    pause_ = kAfterFailedReading;
    due_ = now + good_for;
  }
  void failed(TimePoint now) {
    due_ = now + pause_;
    pause_ = std::min(2 * pause_, kLongestAfterFailure);
  }
  // A registry refuses what was read: due at once, but not twice within kDoubtSpacing.
  void doubt(TimePoint now) {
    if (now < doubted_ + kDoubtSpacing) return;
    doubted_ = now;
    due_ = std::min(due_, now);
  }

 private:
  TimePoint due_{};
  TimePoint doubted_{};
  Duration pause_ = kAfterFailedReading;
};

}  // namespace freshet
