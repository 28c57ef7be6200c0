// When to fetch, and what to keep where that fails.
#include "controller/runtime/sender_keys.h"

#include <algorithm>
#include <utility>

namespace freshet {

bool SenderKeys::wants_keys(const Issuer& issuer, const std::string& key_id, Duration now) const {
  if (!issuer.asked_at) return true;
  if (now < *issuer.asked_at + kSenderKeysSpacing) return false;
  return now >= issuer.fetched_at + kSenderKeysGoodFor ||
         std::ranges::count(issuer.known.keys, key_id, &SigningKey::id) == 0;
}

Result<std::vector<SigningKey>> SenderKeys::fetch(const std::string& url) {
  HttpRequest request;
  request.url = url;
  request.timeout = kSenderKeysTimeout;
  request.max_body_bytes = kMaxSigningKeysBytes;
  const std::string what = "keys of ID tokens at " + url;
  const auto reply = transport_.send(request);
  if (!reply) return with_context(what, reply.error());
  if (reply->status != 200) return http_error(what, *reply, clock_.now());
  auto keys = parse_signing_keys(reply->body);
  if (!keys) return with_context(what, keys.error());
  return keys;
}

SenderKeys::Known SenderKeys::of(const std::string& url, const std::string& key_id) {
  {
    const Duration now = clock_.monotonic();
    const std::lock_guard lock(mutex_);
    Issuer& issuer = issuers_[url];
    if (!issuer.known.keys.empty() && now >= issuer.fetched_at + kSenderKeysKeptFor) {
      issuer.known.keys.clear();
    }
    if (!wants_keys(issuer, key_id, now)) return issuer.known;
    issuer.asked_at = now;
    if (issuer.known.keys.empty()) issuer.known.problem = "its issuer's keys are being fetched";
  }
  auto fetched = fetch(url);
  const std::lock_guard lock(mutex_);
  Issuer& issuer = issuers_[url];
  if (fetched) {
    issuer.known = {*std::move(fetched), ""};
    issuer.fetched_at = clock_.monotonic();
  } else if (issuer.known.keys.empty()) {
    issuer.known.problem = fetched.error().message;
  }
  return issuer.known;
}

}  // namespace freshet
