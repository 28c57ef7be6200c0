// Whose budget a check comes out of, and what waits for it.
#include "controller/registry/poller.h"

namespace freshet {

Poller::AccountKey Poller::account_of(const Entry& entry) {
  return {entry.followed.reference.registry, entry.followed.credential.identity};
}

// Accounts that nobody uses go, and what was learned with them.
void Poller::index_waiting() {
  for (auto& [key, account] : accounts_) account.waiting.clear();
  std::set<AccountKey> used;
  for (const auto& [key, entry] : entries_) {
    const auto account = account_of(entry);
    used.insert(account);
    auto& waiting = account_for(account, entry).waiting;
    if (entry.check == 0) waiting.emplace(entry.due, key);
  }
  for (const auto& [id, check] : running_) used.insert(check.account);
  std::erase_if(accounts_, [&](const auto& account) { return !used.contains(account.first); });
}

Poller::Account& Poller::account_for(const AccountKey& key, const Entry& entry) {
  const auto [place, is_new] = accounts_.try_emplace(key);
  if (is_new) {
    const auto rate = options_.requests_per_second.find(key.first);
    if (rate != options_.requests_per_second.end()) {
      place->second.budget = RegistryBudget(rate->second);
    }
    if (const auto origin = api_origin(entry.followed.reference, options_)) {
      place->second.origin = to_string(*origin);
    }
  }
  return place->second;
}

void Poller::set_due(const PollKey& key, Entry& entry, TimePoint due) {
  auto& waiting = accounts_.at(account_of(entry)).waiting;
  waiting.erase({entry.due, key});
  entry.due = due;
  if (entry.check == 0) waiting.emplace(due, key);
}

}  // namespace freshet
