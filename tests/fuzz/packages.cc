// os-release, and the databases of packages: what comes out is words.
#include "controller/image/packages.h"

#include "controller/image/end_of_life.h"
#include "tests/fuzz/fuzz.h"

using namespace freshet;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const Packages apk = parse_apk_installed(text);
  const Packages dpkg = parse_dpkg_status(text);
  for (const Packages* found : {&apk, &dpkg}) {
    for (const auto& [name, version] : *found) {
      fuzz::require(!name.empty() && !version.empty());
      fuzz::require(name.find_first_of(" \n\x1b") == std::string::npos);
    }
    fuzz::require(changed_packages(*found, *found).empty());
  }
  const OsRelease release = parse_os_release(text);
  fuzz::require(release.pretty_name.size() <= kMaxOsReleaseValue);
  const std::string table(text);
  (void)end_of_life_text(end_of_life(release, {table, table}), TimePoint{});
  return 0;
}
