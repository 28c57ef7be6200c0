// Message authentication codes (RFC 2104), and comparing secrets. Stands on OpenSSL.
#pragma once

#include <string>
#include <string_view>

namespace freshet {

enum class MacHash { kSha1, kSha256 };

// The HMAC of `bytes` under `key`, as lower-case hex digits.
std::string hmac_hex(MacHash hash, std::string_view key, std::string_view bytes);

// Whether both are the same, in a time that tells no more than their lengths.
bool same_secret(std::string_view a, std::string_view b);

}  // namespace freshet
