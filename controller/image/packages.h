// The packages of an image, as its package databases list them, and what differs between two.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace freshet {

inline constexpr std::size_t kMaxPackageDatabase = 32 << 20;
inline constexpr std::size_t kMaxPackages = 50'000;
inline constexpr std::size_t kMaxPackageWord = 256;  // a name or a version

using Packages = std::map<std::string, std::string>;  // name → version

// apk's lib/apk/db/installed: fields of one letter, a paragraph a package ("P:musl", "V:1.2.5-r1").
// Lenient, like those below: what cannot be read is left out.
Packages parse_apk_installed(std::string_view text);
// dpkg's var/lib/dpkg/status, of which what is installed counts; and one file of
// var/lib/dpkg/status.d, where Distroless keeps a file a package and none says whether it is
// installed. Of several architectures: "libc6:i386".
Packages parse_dpkg_status(std::string_view text);

struct PackageChange {
  std::string name;
  std::string before;  // version; "": it is new
  std::string after;   // "": it is gone
  bool operator==(const PackageChange&) const = default;
};
std::vector<PackageChange> changed_packages(const Packages& before, const Packages& after);

}  // namespace freshet
