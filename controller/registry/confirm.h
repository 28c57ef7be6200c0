// Confirmation: a new digest counts only when its manifest can be read by that digest, and is an
// image (enix/kube-image-keeper#626: a tag's HEAD said 200, the digest 404). Also reads when the
// image was made.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "controller/registry/fetch.h"
#include "controller/registry/manifest.h"

namespace freshet {

struct Confirmed {
  Digest digest;
  std::string media_type;
  std::vector<Platform> platforms;
  std::optional<TimePoint> created;  // nullopt where the image does not tell
  bool may_tell_later = false;       // its configuration could not be read just now
  bool operator==(const Confirmed&) const = default;
};
bool has_platform(const Confirmed& image, const Platform& wanted);
using ConfirmOutcome = std::variant<Confirmed, RegistryFailure>;

// GET by digest; of an index without a date its image for linux/amd64, or the first; then that
// image's configuration, whose date is the last resort and whose platform a single image's.
// The two later reads are advice only, except that an index whose image is not there is a push
// under way.
class DigestConfirmation {
 public:
  // `missing` is what a 404 of the digest means: kInconsistent where a tag named it.
  DigestConfirmation(RegistryAccess access, Digest digest, RegistryFailureKind missing);

  std::variant<HttpRequest, ConfirmOutcome> next_request(RegistryMemory& memory, TimePoint now);
  void fold(const Result<HttpResponse>& reply, RegistryMemory& memory, TimePoint now);

 private:
  enum class Stage { kManifest, kChild, kConfig };

  void ask_manifest(Stage stage, const Digest& digest);
  void ask_config(const Digest& digest);
  void judge(const FetchResult& result, TimePoint now);
  std::optional<Manifest> read_manifest(const FetchResult& result, TimePoint now);
  void go_on_from_manifest(const Manifest& manifest);
  void go_on_from_child(const Manifest& child);
  void judge_config(const FetchResult& result);
  void fail(RegistryFailureKind kind, const std::string& message);
  void done() { outcome_ = confirmed_; }
  std::string what() const;

  RegistryAccess access_;
  Confirmed confirmed_;
  RegistryFailureKind missing_;
  Stage stage_ = Stage::kManifest;
  Digest asked_;
  std::optional<RegistryFetch> fetch_;
  std::optional<ConfirmOutcome> outcome_;
};

}  // namespace freshet
