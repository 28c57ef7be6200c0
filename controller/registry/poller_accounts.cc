// Whose budget a check comes out of, and what waits for it.
#include "controller/registry/poller.h"

namespace freshet {

// Gives each entry its place and its account, and each check that runs what it runs for. Accounts
// that nobody uses go, and what was learned with them.
void Poller::index_entries() {
  for (auto& [key, account] : accounts_) account.waiting.clear();
  for (auto& [id, check] : running_) check.followed = nullptr;
  places_.clear();
  std::set<const Account*> used;
  for (auto& each : entries_) {
    Entry& entry = each.second;
    entry.place = places_.size();
    places_.push_back(&each);
    entry.account = &account_for(entry);
    used.insert(entry.account);
    if (entry.check == 0) {
      entry.account->waiting.emplace(entry.due, entry.place);
    } else {
      running_.at(entry.check).followed = &each;
    }
  }
  for (const auto& [id, check] : running_) used.insert(check.account);
  std::erase_if(accounts_, [&](const auto& account) { return !used.contains(&account.second); });
}

Poller::Account& Poller::account_for(const Entry& entry) {
  const AccountKey key{entry.followed.reference.registry, entry.followed.credential.identity};
  const auto [place, is_new] = accounts_.try_emplace(key);
  Account& account = place->second;
  if (is_new) {
    account.registry = key.first;
    const auto rate = options_->requests_per_second.find(key.first);
    if (rate != options_->requests_per_second.end()) account.budget = RegistryBudget(rate->second);
    if (const auto origin = api_origin(entry.followed.reference, *options_)) {
      account.origin = to_string(*origin);
    }
  }
  return account;
}

void Poller::set_due(Entry& entry, TimePoint due) {
  entry.account->waiting.erase({entry.due, entry.place});
  entry.due = due;
  if (entry.check == 0) entry.account->waiting.emplace(due, entry.place);
}

}  // namespace freshet
