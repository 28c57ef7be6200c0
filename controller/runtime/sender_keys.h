// The keys that issuers of ID tokens sign with, fetched when they are first needed and kept.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/http.h"
#include "controller/registry/id_token.h"

namespace freshet {

inline constexpr Duration kSenderKeysGoodFor = hours(1);    // then they are asked for again,
inline constexpr Duration kSenderKeysKeptFor = hours(24);   // and kept where that fails, so long
inline constexpr Duration kSenderKeysSpacing = minutes(1);  // between two requests to one address
inline constexpr Duration kSenderKeysTimeout = seconds(5);

// Thread-safe.
class SenderKeys {
 public:
  SenderKeys(HttpTransport& transport, const Clock& clock) : transport_(transport), clock_(clock) {}

  struct Known {
    std::vector<SigningKey> keys;
    std::string problem;  // why there is none
  };
  // Those at `url`. Fetched for the first time, when they are old, and for a key that is not among
  // them: issuers change keys. Whoever asks meanwhile gets what is known.
  Known of(const std::string& url, const std::string& key_id);

 private:
  struct Issuer {
    Known known;
    Duration fetched_at{};             // monotonic; while there are keys
    std::optional<Duration> asked_at;  // the same, whether it went well or not
  };
  bool wants_keys(const Issuer& issuer, const std::string& key_id, Duration now) const;
  Result<std::vector<SigningKey>> fetch(const std::string& url);

  HttpTransport& transport_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Issuer> issuers_;  // by address; as many as receivers at most
};

}  // namespace freshet
