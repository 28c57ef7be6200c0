// A resolution: check a tag, and confirm what is new. The unit that the poller schedules and that
// `freshet resolve` runs; one deadline for all of its requests.
#pragma once

#include <optional>
#include <variant>

#include "controller/registry/check.h"
#include "controller/registry/confirm.h"

namespace freshet {

struct ResolutionTarget {
  ImageReference reference;  // with a tag or a digest; the digest wins
  Credential credential;
  LastSeen last;               // digest: confirmed before
  bool confirm_again = false;  // also if the digest is the last one
  bool operator==(const ResolutionTarget&) const = default;
};

struct SameAsBefore {
  std::string etag;  // to be sent the next time; "" if none
  bool operator==(const SameAsBefore&) const = default;
};
struct Resolved {
  Confirmed image;
  std::string etag;
  bool operator==(const Resolved&) const = default;
};
using ResolutionOutcome = std::variant<SameAsBefore, Resolved, NotFound, RegistryFailure>;

class Resolution {
 public:
  Resolution(ResolutionTarget target, const RegistryOptions& options, const RegistryMemory& memory,
             TimePoint now);

  std::variant<HttpRequest, ResolutionOutcome> next_request(RegistryMemory& memory, TimePoint now);
  void fold(const Result<HttpResponse>& reply, RegistryMemory& memory, TimePoint now);

 private:
  void judge(const CheckOutcome& outcome);
  void confirm(const Digest& digest, std::string etag);

  ResolutionTarget target_;
  RegistryAccess access_;
  std::optional<TagCheck> check_;
  std::optional<DigestConfirmation> confirmation_;
  std::string etag_;
  std::optional<ResolutionOutcome> outcome_;
};

}  // namespace freshet
