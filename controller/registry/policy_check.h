// Which tag a policy follows now: the whole list of tags, the policy's choice, and where dates
// decide, the dates.
#pragma once

#include <optional>
#include <variant>

#include "controller/registry/tag_dates.h"
#include "controller/registry/tag_list.h"

namespace freshet {

using PolicyOutcome = std::variant<ImageTag, NotFound, RegistryFailure>;

// What a policy makes of a list: the tag, or those among which dates decide. kNoMatch if there is
// none, kRefused if there are more than kMaxDatedTags to be dated.
using TagChoice = std::variant<ImageTag, std::vector<ImageTag>, RegistryFailure>;
TagChoice choose_tag(const FollowSpec& policy, const std::vector<ImageTag>& tags);

class PolicyCheck {
 public:
  PolicyCheck(RegistryAccess access, FollowSpec policy);

  std::variant<HttpRequest, PolicyOutcome> next_request(RegistryMemory& memory, TimePoint now);
  void fold(const Result<HttpResponse>& reply, RegistryMemory& memory, TimePoint now);

 private:
  void judge(const TagListOutcome& outcome);
  void judge(const TagDatesOutcome& outcome);

  RegistryAccess access_;
  FollowSpec policy_;
  TagList list_;
  std::optional<TagDates> dates_;
  std::optional<PolicyOutcome> outcome_;
};

}  // namespace freshet
