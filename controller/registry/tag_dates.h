// When the images of some tags were made, for a policy that orders by date. What was learned of a
// digest stays known, so that a steady policy asks each tag for its digest only.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "controller/model/follow_policy.h"
#include "controller/registry/check.h"
#include "controller/registry/confirm.h"

namespace freshet {

// In the order asked: when the image was made, or where it does not tell, when it was pushed if the
// registry does. All of them or a failure: a tag left out might have been the newest.
using TagDatesOutcome = std::variant<std::vector<DatedTag>, RegistryFailure>;

class TagDates {
 public:
  // At most kMaxDatedTags tags.
  TagDates(RegistryAccess access, std::vector<ImageTag> tags);

  std::variant<HttpRequest, TagDatesOutcome> next_request(RegistryMemory& memory, TimePoint now);
  void fold(const Result<HttpResponse>& reply, RegistryMemory& memory, TimePoint now);

 private:
  void judge(const CheckOutcome& outcome, const RegistryMemory& memory);
  void judge(const ConfirmOutcome& outcome, RegistryMemory& memory, TimePoint now);
  void next_tag(std::optional<TimePoint> created);

  RegistryAccess access_;
  std::vector<ImageTag> tags_;
  std::vector<DatedTag> dated_;
  std::optional<TagCheck> check_;
  std::optional<DigestConfirmation> confirmation_;
  std::optional<RegistryFailure> failure_;
};

}  // namespace freshet
