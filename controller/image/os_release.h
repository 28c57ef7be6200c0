// os-release: which distribution an image is made of (freedesktop.org, os-release(5)).
#pragma once

#include <string>
#include <string_view>

namespace freshet {

inline constexpr std::size_t kMaxOsReleaseBytes = 64 << 10;
inline constexpr std::size_t kMaxOsReleaseValue = 256;

struct OsRelease {
  std::string id;           // "debian", "alpine", "wolfi"; lower case
  std::string id_like;      // as it stands, "debian"
  std::string version_id;   // "12", "3.20.3"; "" of what has none (testing, rolling)
  std::string codename;     // VERSION_CODENAME
  std::string pretty_name;  // "Debian GNU/Linux 12 (bookworm)"
  bool operator==(const OsRelease&) const = default;
};

// Lenient: what cannot be read, or is longer than a name is, is absent.
OsRelease parse_os_release(std::string_view text);

}  // namespace freshet
