// Confirmation: a new digest counts only when its manifest can be read by that digest, and is an
// image (enix/kube-image-keeper#626: a tag's HEAD said 200, the digest 404). Also reads what the
// checks of confirm_checks.h and people want to know of it.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "controller/registry/base_reading.h"
#include "controller/registry/fetch.h"
#include "controller/registry/manifest.h"

namespace freshet {

struct Confirmed {
  Digest digest;
  std::string media_type;
  std::vector<Platform> platforms;
  std::optional<TimePoint> created;              // nullopt where the image does not tell
  bool may_tell_later = false;                   // its configuration could not be read just now
  std::optional<std::int64_t> layer_bytes = {};  // compressed; of an index: of the image read
  ImageOrigin origin = {};
  // What all its images hold (manifest.h), as one SHA-256: a rebuild of the same has the same. ""
  // where it could not be told.
  std::string content = {};
  // What all its images hold beyond their bases, as one SHA-256 (application.h).
  ImageApplication application = {};
  // Known from before a restart: no more than digest, date, origin, content and application.
  bool remembered = false;
  std::optional<TimePoint> pushed = {};  // where the registry tells (Last-Modified)
  bool operator==(const Confirmed&) const = default;
};
bool has_platform(const Confirmed& image, const Platform& wanted);
using ConfirmOutcome = std::variant<Confirmed, RegistryFailure>;

enum class ConfirmDepth {
  kAll,
  kWithBases,  // and the bases of its images, for the application alone
  kDate,       // of an index that has a date, nothing but the index; one that lies ahead is told
};

// A clock that is ahead is forgiven; a date further away is no date, until the time has come.
inline constexpr Duration kFutureAllowed = hours(1);
inline constexpr std::size_t kMaxUntoldBytes = 300;
inline constexpr std::size_t kMaxContentImages = 16;  // of an index; of more, content is not told

// GET by digest; of an index its image for linux/amd64, or the first; then that image's
// configuration, whose date is the last resort and whose platform a single image's. What is not in
// the configuration is absent; an index whose image is not there is a push under way. Then, of an
// index, the other images and their configurations, for the content alone: what of them cannot be
// read leaves it untold. The bases last, if at all: whatever is wrong with one leaves the
// application untold.
class DigestConfirmation {
 public:
  // `missing` is what a 404 of the digest means: kInconsistent where a tag named it.
  DigestConfirmation(RegistryAccess access, Digest digest, RegistryFailureKind missing,
                     ConfirmDepth depth = ConfirmDepth::kAll);

  std::variant<HttpRequest, ConfirmOutcome> next_request(RegistryMemory& memory, TimePoint now);
  void fold(const Result<HttpResponse>& reply, RegistryMemory& memory, TimePoint now);

 private:
  enum class Stage { kManifest, kChild, kConfig, kOtherChild, kOtherConfig };

  void ask_manifest(Stage stage, const Digest& digest);
  void ask_config(Stage stage, const Digest& digest);
  void judge(const FetchResult& result, TimePoint now);
  std::optional<Manifest> read_manifest(const FetchResult& result, TimePoint now);
  void go_on_from_manifest(const Manifest& manifest);
  void go_on_from_child(const Manifest& child);
  void judge_config(const FetchResult& result);
  void go_on_with_content(const std::string& content);
  void judge_other(const FetchResult& result);
  void note_image(std::string_view config, const ImageOrigin& labels);
  void go_on_with_bases();
  void judge_base(const BaseOutcome& outcome);
  void leave_application_untold(const std::string& why);
  void fail(RegistryFailureKind kind, const std::string& message);
  void done();
  std::string what() const;

  RegistryAccess access_;
  Confirmed confirmed_;
  RegistryFailureKind missing_;
  ConfirmDepth depth_;
  Stage stage_ = Stage::kManifest;
  Digest asked_;
  // An image whose base is to be read.
  struct BasedImage {
    ImageParts parts;
    ImageOrigin base;
  };
  std::vector<Digest> others_;         // images of the index that are still to be read
  std::vector<std::string> contents_;  // of those that were
  ImageOrigin index_origin_;
  ImageOrigin image_origin_;  // of the manifest read last
  std::vector<BasedImage> based_;
  std::vector<std::string> applications_;  // of those whose base was read
  std::optional<BaseReading> base_;
  std::optional<RegistryFetch> fetch_;
  std::optional<ConfirmOutcome> outcome_;
};

}  // namespace freshet
