// Bounded maps with expiry.
#include "controller/registry/memory.h"

namespace freshet {
namespace {

// Room for one more: what is over goes first, then anything.
template <class Map, class IsOver>
void make_room(Map& map, IsOver is_over) {
  if (map.size() < kMaxRemembered) return;
  std::erase_if(map, [&](const auto& entry) { return is_over(entry.second); });
  if (map.size() >= kMaxRemembered) map.erase(map.begin());
}

}  // namespace

std::optional<AuthScheme> RegistryMemory::scheme(const RepositoryKey& key) const {
  const auto found = schemes_.find(key);
  if (found == schemes_.end()) return std::nullopt;
  return found->second;
}

void RegistryMemory::remember_scheme(const RepositoryKey& key, AuthScheme scheme) {
  make_room(schemes_, [](const AuthScheme&) { return false; });
  schemes_.insert_or_assign(key, std::move(scheme));
}

void RegistryMemory::forget_scheme(const RepositoryKey& key) { schemes_.erase(key); }

std::optional<Secret> RegistryMemory::token(const TokenKey& key, TimePoint now) const {
  const auto found = tokens_.find(key);
  if (found == tokens_.end() || found->second.renew_at <= now) return std::nullopt;
  return found->second.value;
}

void RegistryMemory::remember_token(const TokenKey& key, Token token, TimePoint now) {
  make_room(tokens_, [&](const Token& t) { return t.renew_at <= now; });
  tokens_.insert_or_assign(key, std::move(token));
}

void RegistryMemory::forget_token(const TokenKey& key) { tokens_.erase(key); }

bool RegistryMemory::head_unusable(const std::string& origin, TimePoint now) const {
  const auto found = head_unusable_until_.find(origin);
  return found != head_unusable_until_.end() && now < found->second;
}

void RegistryMemory::remember_head_unusable(const std::string& origin, TimePoint now) {
  make_room(head_unusable_until_, [&](TimePoint until) { return until <= now; });
  head_unusable_until_.insert_or_assign(origin, now + kHeadUnusableFor);
}

const std::optional<TimePoint>* RegistryMemory::created(const Digest& digest) const {
  const auto found = created_.find(digest);
  return found == created_.end() ? nullptr : &found->second;
}

void RegistryMemory::remember_created(const Digest& digest, std::optional<TimePoint> created) {
  make_room(created_, [](const std::optional<TimePoint>&) { return false; });
  created_.insert_or_assign(digest, created);
}

}  // namespace freshet
