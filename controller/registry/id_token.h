// ID tokens: how a sender shows who it is without a shared secret, by a JSON Web Token that its
// issuer signed (OpenID Connect Core 1.0 section 2; RFC 7515, 7517, 7519). RS256 alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/rsa.h"
#include "base/time.h"
#include "config/webhooks.h"

namespace freshet {

inline constexpr std::size_t kMaxIdTokenBytes = 16 << 10;
inline constexpr std::size_t kMaxSigningKeysBytes = 64 << 10;  // of an issuer's document
inline constexpr std::size_t kMaxSigningKeys = 32;
inline constexpr Duration kIdTokenLeeway = seconds(60);  // between an issuer's clock and ours

struct SigningKey {
  std::string id;
  RsaPublicKey key;
  bool operator==(const SigningKey&) const = default;
};

// The RSA keys for signatures of a JSON Web Key Set; others in it are passed over. kBadInput: it is
// none, or holds no such key.
Result<std::vector<SigningKey>> parse_signing_keys(std::string_view text);

// The id of the key that the token says it is signed with; "" if it is no token of ours to read.
std::string signing_key_id(std::string_view token);

// Whether the token is the sender's: signed by one of `keys`, of its issuer, for its audience, in
// its time, with its subject or its verified address. kRefused says which of these is not so, with
// nothing of the signature in it.
Status check_id_token(std::string_view token, const OidcSender& sender,
                      const std::vector<SigningKey>& keys, TimePoint now);

}  // namespace freshet
