// What is inside the images of a service, as text and for programs. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "config/status.h"
#include "controller/image/end_of_life.h"
#include "controller/image/packages.h"

namespace freshet {

// One image, as far as it could be read.
struct ImageReport {
  std::string container;
  std::string reference;  // without a digest
  std::string digest;
  OsRelease system = {};
  EndOfLife end = {};
  ImageOrigin origin = {};  // what it says of its base
  Packages packages = {};
  std::int64_t bytes_read = 0;
  std::size_t layers = 0;
  std::string unread = {};   // which layers were not read, and why; ""
  std::string problem = {};  // why nothing was; ""
  bool operator==(const ImageReport&) const = default;
};
std::string image_text(const ImageReport& image, TimePoint now);
Json image_json(const ImageReport& image, TimePoint now);

// The packages of one container's image before and after a rollout.
struct PackageReport {
  ImageReport before;
  ImageReport after;
  bool operator==(const PackageReport&) const = default;
};
std::string packages_text(const PackageReport& report);
Json packages_json(const PackageReport& report);

}  // namespace freshet
