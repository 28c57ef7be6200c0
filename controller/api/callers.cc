// Reviews, asked and remembered for a moment.
#include "controller/api/callers.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace freshet::api {
namespace {

constexpr const char* kTokenReviews = "/apis/authentication.k8s.io/v1/tokenreviews";
constexpr const char* kAccessReviews = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
constexpr std::size_t kMaxUser = 253;
constexpr std::string_view kServiceAccount = "system:serviceaccount:";
constexpr Duration kCallerFullAfter = seconds(6);
static_assert(kCallerRate.burst <= kCallerRate.per_second * 6);

std::vector<std::string> texts(const Json& list) {
  std::vector<std::string> out;
  if (!list.is_array()) return out;
  for (const Json& each : list) {
    if (each.is_string()) out.push_back(each.get<std::string>());
  }
  return out;
}

// What is not told by the cluster is not told on: a message of the client may name the request.
Problem cannot_ask(const char* what, const Error& error) {
  return {503, std::string(what) + " cannot be asked of the API server now", "",
          std::max(error.retry_after_seconds, 1L)};
}

std::string named(const ServiceKey& key) {
  if (key.name_space.empty()) return "in all namespaces";
  return (key.name.empty() ? "in namespace " : key.name + " in namespace ") + key.name_space;
}

Problem too_many_callers() { return {429, "too many callers have to be looked at now", "", 1}; }

// Whoever may make pods in a namespace has all of its ServiceAccounts.
std::string sharing_name(const std::string& user) {
  return user.starts_with(kServiceAccount) ? user.substr(0, user.rfind(':')) : user;
}

// Of a bounded memory: what is over goes first.
template <class Kept>
void make_place(std::map<std::string, Kept>& kept, const std::string& name, Duration now) {
  if (kept.size() < kMaxCallersKept || kept.contains(name)) return;
  std::erase_if(kept, [&](const auto& each) { return now >= each.second.until; });
  if (kept.size() >= kMaxCallersKept) kept.erase(kept.begin());
}

}  // namespace

Secret bearer_token(const HttpHeaders& headers) {
  const std::string sent = find_header(headers, "Authorization").value_or("");
  const std::size_t space = sent.find(' ');
  if (space == std::string::npos || !equals_ignore_case(sent.substr(0, space), "Bearer")) return {};
  const std::string token(trim(sent.substr(space)));
  const bool is_plain = std::ranges::all_of(token, [](char c) { return c > ' ' && c < '\x7f'; });
  if (!is_plain || token.size() > kMaxTokenBytes) return {};
  return Secret(token);
}

Json token_review(const Secret& token, const std::vector<std::string>& audiences) {
  Json spec = {{"token", token.reveal()}};
  if (!audiences.empty()) spec["audiences"] = audiences;
  return {{"apiVersion", "authentication.k8s.io/v1"}, {"kind", "TokenReview"}, {"spec", spec}};
}

std::optional<Caller> reviewed_caller(const Json& review,
                                      const std::vector<std::string>& audiences) {
  const Json& status = at_path(review, {"status"});
  if (!bool_or(status, "authenticated", false)) return std::nullopt;
  // An API server that knows no audiences names none: then the token is not for us.
  const auto granted = texts(at_path(status, {"audiences"}));
  const bool is_for_us =
      audiences.empty() || std::ranges::any_of(granted, [&](const std::string& one) {
        return std::ranges::find(audiences, one) != audiences.end();
      });
  Caller caller;
  const Json& user = at_path(status, {"user"});
  caller.user = string_or(user, "username");
  if (!is_for_us || caller.user.empty() || caller.user.size() > kMaxUser) return std::nullopt;
  caller.uid = string_or(user, "uid");
  caller.groups = texts(at_path(user, {"groups"}));
  const Json& extra = at_path(user, {"extra"});
  if (!extra.is_object()) return caller;
  for (const auto& [name, values] : extra.items()) caller.extra[name] = texts(values);
  return caller;
}

Json access_review(const Caller& caller, const std::string& verb, const ServiceKey& key) {
  Json attributes = {{"group", "freshet.dev"}, {"resource", "trackedservices"}, {"verb", verb}};
  if (!key.name_space.empty()) attributes["namespace"] = key.name_space;
  if (!key.name.empty()) attributes["name"] = key.name;
  Json spec = {
      {"user", caller.user}, {"groups", caller.groups}, {"resourceAttributes", attributes}};
  if (!caller.uid.empty()) spec["uid"] = caller.uid;
  if (!caller.extra.empty()) spec["extra"] = caller.extra;
  return {{"apiVersion", "authorization.k8s.io/v1"},
          {"kind", "SubjectAccessReview"},
          {"spec", std::move(spec)}};
}

bool reviewed_access(const Json& review) {
  const Json& status = at_path(review, {"status"});
  return bool_or(status, "allowed", false) && !bool_or(status, "denied", false);
}

Callers::Known Callers::recall(const std::string& hash) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(hash);
  return found == known_.end() ? Known{} : found->second;
}

void Callers::keep(const std::string& hash, const std::optional<Caller>& caller) {
  const std::lock_guard lock(mutex_);
  const Duration now = clock_.monotonic();
  make_place(known_, hash, now);
  known_[hash] = {caller, now + kCallerKept};
}

TokenBucket& Callers::bucket_of(const Caller& caller) {
  const Duration now = clock_.monotonic();
  const std::string name = sharing_name(caller.user);
  make_place(own_, name, now);
  Own& own = own_[name];
  own.until = now + kCallerFullAfter;
  return own.bucket;
}

std::optional<Problem> Callers::spend_of(const Caller& caller) {
  const std::lock_guard lock(mutex_);
  const TimePoint now(clock_.monotonic());
  TokenBucket& own = bucket_of(caller);
  if (!own.has_some(now)) return Problem{429, "this caller asks too often", "", 1};
  if (!access_.has_some(now)) return too_many_callers();
  own.spend(1);
  access_.spend(1);
  return std::nullopt;
}

std::optional<Problem> Callers::spend_of_strangers() {
  const std::lock_guard lock(mutex_);
  if (!strangers_.has_some(TimePoint(clock_.monotonic()))) return too_many_callers();
  strangers_.spend(1);
  return std::nullopt;
}

std::variant<Caller, Problem> Callers::identify(const HttpHeaders& headers) {
  const Secret token = bearer_token(headers);
  const Problem unknown{401, "a bearer token that the cluster accepts is needed"};
  if (token.empty()) return unknown;
  const std::string hash = sha256_hex(token.reveal());
  const Known known = recall(hash);
  if (clock_.monotonic() < known.until) {
    if (!known.caller) return unknown;
    return *known.caller;
  }
  auto too_many = known.caller ? spend_of(*known.caller) : spend_of_strangers();
  if (too_many) return *std::move(too_many);
  const auto review = kube_.post(kTokenReviews, token_review(token, audiences_));
  if (!review) return cannot_ask("who calls", review.error());
  const auto caller = reviewed_caller(review->body, audiences_);
  keep(hash, caller);
  if (!caller) return unknown;
  return *caller;
}

std::optional<Problem> Callers::refuse(const Caller& caller, const std::vector<std::string>& verbs,
                                       const ServiceKey& key) {
  for (const std::string& verb : verbs) {
    if (auto too_many = spend_of(caller)) return too_many;
    const auto review = kube_.post(kAccessReviews, access_review(caller, verb, key));
    if (!review) return cannot_ask("what the caller may do", review.error());
    if (reviewed_access(review->body)) return std::nullopt;
  }
  return Problem{403, printable(caller.user) + " may not " + verbs.front() +
                          " trackedservices.freshet.dev " + named(key)};
}

}  // namespace freshet::api
