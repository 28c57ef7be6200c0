// What is remembered between checks, so that a steady check is one request: how each repository
// wants to be asked, tokens, which registries cannot answer HEAD, and when images were made.
// Bounded; losing it costs requests only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>

#include "base/time.h"
#include "controller/model/names.h"
#include "controller/registry/challenge.h"
#include "controller/registry/token.h"

namespace freshet {

// How a repository asked to be authenticated the last time.
struct BasicScheme {
  bool operator==(const BasicScheme&) const = default;
};
using AuthScheme = std::variant<BasicScheme, BearerScheme>;

// In the order in which keys differ soonest: they are compared in each check.
struct RepositoryKey {
  std::string repository;
  std::string origin;  // "https://registry-1.docker.io"
  std::string identity;
  auto operator<=>(const RepositoryKey&) const = default;
};

struct TokenKey {
  std::string scope;
  std::string identity;
  std::string realm;
  std::string service;
  auto operator<=>(const TokenKey&) const = default;
};

inline constexpr std::size_t kMaxRemembered = 16384;  // of each kind
inline constexpr Duration kHeadUnusableFor = hours(1);

class RegistryMemory {
 public:
  std::optional<AuthScheme> scheme(const RepositoryKey& key) const;
  void remember_scheme(const RepositoryKey& key, AuthScheme scheme);
  void forget_scheme(const RepositoryKey& key);

  std::optional<Secret> token(const TokenKey& key, TimePoint now) const;
  void remember_token(const TokenKey& key, Token token, TimePoint now);
  void forget_token(const TokenKey& key);

  bool head_unusable(const std::string& origin, TimePoint now) const;
  void remember_head_unusable(const std::string& origin, TimePoint now);

  // When the image of a digest was made, or else pushed: null if that is not known here, nullopt if
  // neither is told.
  const std::optional<TimePoint>* created(const Digest& digest) const;
  void remember_created(const Digest& digest, std::optional<TimePoint> created);

 private:
  std::map<RepositoryKey, AuthScheme> schemes_;
  std::map<TokenKey, Token> tokens_;
  std::map<std::string, TimePoint> head_unusable_until_;
  std::map<Digest, std::optional<TimePoint>> created_;
};

}  // namespace freshet
