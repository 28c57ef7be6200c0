// RSA signatures with SHA-256 (PKCS #1 v1.5; RS256 of RFC 7518). Stands on OpenSSL.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace freshet {

inline constexpr std::size_t kLeastRsaBytes = 256;  // of the modulus
inline constexpr std::size_t kMostRsaBytes = 1024;

struct RsaPublicKey {
  std::string modulus;   // big-endian bytes
  std::string exponent;  // the same
  bool operator==(const RsaPublicKey&) const = default;
};

// Whether `signature` is that of `text` by the owner of `key`; never with a key that is shorter or
// longer than the bounds above.
bool is_signed_by(const RsaPublicKey& key, std::string_view text, std::string_view signature);

}  // namespace freshet
