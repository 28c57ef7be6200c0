// One check of a tag: has it moved? HEAD with all media types and the last ETag; GET with a
// verified body only where HEAD cannot tell.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "controller/registry/fetch.h"
#include "controller/registry/manifest.h"

namespace freshet {

// What the last check left; both or neither make the question conditional.
struct LastSeen {
  std::string etag;
  std::optional<Digest> digest;
  bool operator==(const LastSeen&) const = default;
};

inline constexpr std::size_t kMaxEtagBytes = 256;

struct Unchanged {
  bool operator==(const Unchanged&) const = default;
};
struct Found {
  Digest digest;
  std::string media_type;
  std::string etag;  // "" if there was none that can be sent back
  bool operator==(const Found&) const = default;
};
struct NotFound {
  std::string message;
  bool operator==(const NotFound&) const = default;
};
using CheckOutcome = std::variant<Unchanged, Found, NotFound, RegistryFailure>;

class TagCheck {
 public:
  // `now` and the memory decide whether HEAD is worth trying.
  TagCheck(RegistryAccess access, ImageTag tag, LastSeen last, const RegistryMemory& memory,
           TimePoint now);

  std::variant<HttpRequest, CheckOutcome> next_request(RegistryMemory& memory, TimePoint now);
  void fold(const Result<HttpResponse>& reply, RegistryMemory& memory, TimePoint now);

 private:
  RegistryFetch ask(const std::string& method) const;
  void fall_back_to_get(bool blame_head);
  void judge_head(const HttpResponse& response, TimePoint now);
  void judge_get(const HttpResponse& response, RegistryMemory& memory, TimePoint now);
  void judge_not_modified(const HttpResponse& response);
  void blame_head(RegistryMemory& memory, TimePoint now) const;
  void judge_refusal(const HttpResponse& response, TimePoint now);
  void inconsistent(std::string message);
  std::string what() const;
  const char* step() const { return getting_ ? "get" : "head"; }

  RegistryAccess access_;
  ImageTag tag_;
  LastSeen last_;
  bool conditional_ = false;
  bool getting_ = false;
  bool head_is_to_blame_ = false;  // if the GET goes well, HEAD is not tried for a while
  RegistryFetch fetch_;
  std::optional<CheckOutcome> outcome_;
};

// The digest that a response's header names: nullopt if there is none. kBadInput if there are
// several different ones, or one that is no digest.
Result<std::optional<Digest>> digest_header(const HttpResponse& response);

}  // namespace freshet
