// Reading the base that an image names: its configuration, by digest, for the image's platform.
// Only from the registry that the image itself comes from, with the same credential.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "controller/registry/application.h"
#include "controller/registry/fetch.h"

namespace freshet {

struct BaseRead {
  std::string name;  // its repository and tag, as far as named: "ghcr.io/acme/base:3.20"
  ImageParts parts;
  bool operator==(const BaseRead&) const = default;
};
struct BaseUnread {
  std::string sentence;  // why: "its base … is on another registry"
  bool passing = false;  // it may be read later
  bool operator==(const BaseUnread&) const = default;
};
using BaseOutcome = std::variant<BaseRead, BaseUnread>;

// GET of its manifest; of an index, of its image for the platform; then of that configuration.
class BaseReading {
 public:
  // `access` is to the image itself.
  BaseReading(const RegistryAccess& access, const ImageOrigin& origin, Platform platform);

  std::variant<HttpRequest, BaseOutcome> next_request(RegistryMemory& memory, TimePoint now);
  void fold(const Result<HttpResponse>& reply, RegistryMemory& memory, TimePoint now);

 private:
  void ask(const Digest& digest, bool is_config);
  void judge(const FetchResult& result);
  void judge_manifest(const HttpResponse& response);
  void unread(const std::string& why, bool passing = false);

  RegistryAccess access_;  // to the base
  std::string name_;
  Platform platform_;
  std::optional<Digest> asked_;
  bool asks_config_ = false;
  bool of_index_ = false;
  std::optional<RegistryFetch> fetch_;
  std::optional<BaseOutcome> outcome_;
};

}  // namespace freshet
