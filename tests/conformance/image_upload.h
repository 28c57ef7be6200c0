// Images without contents, and how they get into a registry (OCI distribution specification 1.1).
#pragma once

#include <string>

#include "base/http.h"
#include "controller/model/names.h"

namespace freshet::conformance {

// Two images of different `content` differ in their digests.
struct Image {
  std::string config;
  std::string manifest;
  Digest digest;
};
Image make_image(const std::string& content);

// `registry`: "http://127.0.0.1:5000". Afterwards the tag names this image.
Status upload(HttpTransport& transport, const std::string& registry, const std::string& repository,
              const std::string& tag, const Image& image);

}  // namespace freshet::conformance
