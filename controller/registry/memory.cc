// Bounded maps with expiry.
#include "controller/registry/memory.h"

namespace freshet {
namespace {

// Where there is no room for one more, what is over goes first. Then the first one: where more are
// used in turn than there is room for, all but a few of them are still found.
template <class Map, class Value, class IsOver>
void remember(Map& map, const typename Map::key_type& key, Value value, IsOver is_over) {
  if (map.size() >= kMaxRemembered && !map.contains(key)) {
    std::erase_if(map, [&](const auto& entry) { return is_over(entry.second); });
    if (map.size() >= kMaxRemembered) map.erase(map.begin());
  }
  map.insert_or_assign(key, std::move(value));
}

}  // namespace

std::optional<AuthScheme> RegistryMemory::scheme(const RepositoryKey& key) const {
  const auto found = schemes_.find(key);
  if (found == schemes_.end()) return std::nullopt;
  return found->second;
}

void RegistryMemory::remember_scheme(const RepositoryKey& key, AuthScheme scheme) {
  remember(schemes_, key, std::move(scheme), [](const AuthScheme&) { return false; });
}

void RegistryMemory::forget_scheme(const RepositoryKey& key) { schemes_.erase(key); }

std::optional<Secret> RegistryMemory::token(const TokenKey& key, TimePoint now) const {
  const auto found = tokens_.find(key);
  if (found == tokens_.end() || found->second.renew_at <= now) return std::nullopt;
  return found->second.value;
}

void RegistryMemory::remember_token(const TokenKey& key, Token token, TimePoint now) {
  remember(tokens_, key, std::move(token), [&](const Token& t) { return t.renew_at <= now; });
}

void RegistryMemory::forget_token(const TokenKey& key) { tokens_.erase(key); }

bool RegistryMemory::head_unusable(const std::string& origin, TimePoint now) const {
  const auto found = head_unusable_until_.find(origin);
  return found != head_unusable_until_.end() && now < found->second;
}

void RegistryMemory::remember_head_unusable(const std::string& origin, TimePoint now) {
  remember(head_unusable_until_, origin, now + kHeadUnusableFor,
           [&](TimePoint until) { return until <= now; });
}

const std::optional<TimePoint>* RegistryMemory::created(const Digest& digest) const {
  const auto found = created_.find(digest);
  return found == created_.end() ? nullptr : &found->second;
}

void RegistryMemory::remember_created(const Digest& digest, std::optional<TimePoint> created) {
  remember(created_, digest, created, [](const std::optional<TimePoint>&) { return false; });
}

}  // namespace freshet
