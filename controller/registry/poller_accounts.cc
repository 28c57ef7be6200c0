// Whose budget a check comes out of, and what waits for it.
#include <cmath>

#include "controller/registry/poller.h"

namespace freshet {
namespace {

// Docker Hub's limit is one of pulls: HEADs, tokens and blobs are free of it, and are answered also
// when none is left.
constexpr std::string_view kCountsPulls = "https://registry-1.docker.io/";

bool reads_manifest(const HttpRequest& request, const std::string& origin) {
  return request.method == "GET" && request.url.starts_with(origin) &&
         request.url.find("/manifests/") != std::string::npos;
}

}  // namespace

// Gives each entry its place and its account, and each check that runs what it runs for. Accounts
// that nobody uses go, and what was learned with them.
void Poller::index_entries() {
  for (auto& [key, account] : accounts_) {
    account.waiting.clear();
    account.hinted.clear();
  }
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
      wait_for_start(entry);
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
      if (account.origin == kCountsPulls) account.reads.emplace();
    }
  }
  return account;
}

void Poller::set_due(Entry& entry, TimePoint due) {
  stop_waiting(entry);
  entry.due = due;
  if (entry.check == 0) wait_for_start(entry);
}

void Poller::wait_for_start(const Entry& entry) {
  Account& account = *entry.account;
  (entry.hinted ? account.hinted : account.waiting).emplace(entry.due, entry.place);
}

void Poller::stop_waiting(const Entry& entry) {
  entry.account->waiting.erase({entry.due, entry.place});
  entry.account->hinted.erase({entry.due, entry.place});
}

// What is due: hints that never cease leave every other turn to what is overdue.
std::optional<std::size_t> Poller::next_place(Account& account, TimePoint now) {
  const auto is_due = [&](const Waiting& places) {
    return !places.empty() && places.begin()->first <= now;
  };
  const bool others = is_due(account.waiting);
  const bool hinted = is_due(account.hinted) && !(others && account.hinted_was_first);
  if (!hinted && !others) return std::nullopt;
  account.hinted_was_first = hinted;
  return (hinted ? account.hinted : account.waiting).begin()->second;
}

// Spends what the request costs. False: too little is left for a check to begin reading; one that
// has begun goes on, or what it has read would be read, and paid for, again.
bool Poller::may_send(Running& check, const HttpRequest& request, TimePoint now) {
  Account& account = *check.account;
  const bool reads = account.reads && reads_manifest(request, account.origin);
  const bool is_held = reads && account.reads->is_short(now) && !account.reads->may_start(now);
  if (is_held && !check.reads) return false;
  check.reads |= reads;
  if (reads) account.reads->spend(now);
  check.asks_registry = request.url.starts_with(account.origin);
  if (check.asks_registry) account.budget.spend(now);
  return true;
}

void Poller::hear(Account& account, const RateLimit& limit, TimePoint now) {
  (account.reads ? *account.reads : account.budget).heard(limit, now);
  account.limit = limit;
}

RegistryFailure Poller::few_reads_left(const Account& account) {
  const RateLimit limit = account.limit.value_or(RateLimit{});
  return {RegistryFailureKind::kFewReadsLeft, "confirm",
          account.registry + " tells that " + std::to_string(std::lround(limit.remaining)) +
              " of " + std::to_string(std::lround(limit.limit)) + " pulls are left for " +
              format_age(limit.window) + ": what the tag names now is read later",
          std::nullopt};
}

}  // namespace freshet
