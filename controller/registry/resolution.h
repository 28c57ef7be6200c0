// A resolution: choose a tag where a policy is followed, check it, and confirm what is new. The
// unit that the poller schedules and that `freshet resolve` runs. One deadline for all requests of
// the choice (RegistryOptions::list_timeout), and one for all that follow
// (RegistryOptions::timeout).
#pragma once

#include <memory>
#include <optional>
#include <variant>

#include "controller/registry/check.h"
#include "controller/registry/confirm.h"
#include "controller/registry/policy_check.h"

namespace freshet {

struct ResolutionTarget {
  ImageReference reference;  // with a tag or a digest; the digest wins
  Credential credential;
  LastSeen last;                          // digest: confirmed before
  bool confirm_again = false;             // also if the digest is the last one
  std::optional<FollowSpec> follow = {};  // chooses the tag
  std::optional<ImageTag> last_tag = {};  // that it chose before; `last` is of this one
  bool reads_bases = false;               // of what is confirmed
  bool operator==(const ResolutionTarget&) const = default;
};

struct SameAsBefore {
  std::string etag;                  // to be sent the next time; "" if none
  std::optional<ImageTag> tag = {};  // chosen by the policy
  bool operator==(const SameAsBefore&) const = default;
};
struct Resolved {
  Confirmed image;
  std::string etag;
  std::optional<ImageTag> tag = {};  // chosen by the policy
  bool operator==(const Resolved&) const = default;
};
using ResolutionOutcome = std::variant<SameAsBefore, Resolved, NotFound, RegistryFailure>;

class Resolution {
 public:
  Resolution(ResolutionTarget target, std::shared_ptr<const RegistryOptions> options,
             const RegistryMemory& memory, TimePoint now);

  std::variant<HttpRequest, ResolutionOutcome> next_request(RegistryMemory& memory, TimePoint now);
  void fold(const Result<HttpResponse>& reply, RegistryMemory& memory, TimePoint now);

 private:
  void judge(const PolicyOutcome& outcome, const RegistryMemory& memory, TimePoint now);
  void judge(const CheckOutcome& outcome);
  void confirm(const Digest& digest, std::string etag);
  ConfirmDepth depth() const {
    return target_.reads_bases ? ConfirmDepth::kWithBases : ConfirmDepth::kAll;
  }

  ResolutionTarget target_;
  RegistryAccess access_;
  std::optional<PolicyCheck> policy_;
  std::optional<ImageTag> chosen_;
  std::optional<TagCheck> check_;
  std::optional<DigestConfirmation> confirmation_;
  std::string etag_;
  std::optional<ResolutionOutcome> outcome_;
};

}  // namespace freshet
