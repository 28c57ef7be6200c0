// All tags of a repository, page by page: the whole list, or none. A part of a list would look like
// tags that were taken back.
#pragma once

#include <array>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "controller/registry/check.h"
#include "controller/registry/fetch.h"

namespace freshet {

inline constexpr int kMaxTagPages = 200;
inline constexpr std::size_t kMaxTags = 50'000;
inline constexpr std::size_t kMaxTagPageBytes = 4 << 20;
// Asked for one after the other where a registry refuses: ECR more than 1000, Quay more than 100.
// 0: as many as it likes.
inline constexpr std::array<int, 3> kTagPageSizes = {1000, 100, 0};

// Without duplicates and noise (is_noise_tag), in order of name.
using TagListOutcome = std::variant<std::vector<ImageTag>, NotFound, RegistryFailure>;

// What cosign and the referrers' fallback leave beside images: sha256-<64 hex>[.sig|.att|.sbom].
bool is_noise_tag(std::string_view tag);

class TagList {
 public:
  explicit TagList(RegistryAccess access, int page_size = kTagPageSizes.front());

  std::variant<HttpRequest, TagListOutcome> next_request(RegistryMemory& memory, TimePoint now);
  void fold(const Result<HttpResponse>& reply, RegistryMemory& memory, TimePoint now);

 private:
  void ask(std::string url);
  void judge(const HttpResponse& response, TimePoint now);
  void judge_refusal(const HttpResponse& response, TimePoint now);
  bool read_tags(const HttpResponse& response);
  void go_on(const HttpResponse& response);
  void fail(RegistryFailureKind kind, const std::string& message);
  std::string what() const;  // "page 3 of the tags of r.io:443/acme/app"

  RegistryAccess access_;
  std::size_t page_size_ = 0;    // index into kTagPageSizes
  std::string url_;              // of the page that is asked for now
  std::set<std::string> asked_;  // pages, by URL
  std::set<std::string> tags_;
  std::optional<RegistryFetch> fetch_;
  std::optional<TagListOutcome> outcome_;
};

}  // namespace freshet
