// Reading one image by digest: its manifest, and parts of its layers. For people who ask what is
// in it; the poller never reads a layer.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "controller/registry/resolve.h"

namespace freshet {

// Requests one after the other; tokens are kept between them. The transport and `now` must outlive
// it. All of it has to be done until options->timeout after `begun`.
class ImageReader {
 public:
  ImageReader(Url origin, std::string repository, Credential credential,
              std::shared_ptr<const RegistryOptions> options, HttpTransport& transport,
              NowFunction now);

  // The manifest of the image that the digest names; of an index that of its image for linux/amd64,
  // or the first. Verified by its digest.
  std::variant<std::string, RegistryFailure> manifest(const Digest& digest);
  // At most `length` bytes of a blob from `offset` on, by a range request. What came cannot be
  // verified: the digest is that of the whole.
  std::variant<std::string, RegistryFailure> blob_part(const Digest& digest, std::int64_t offset,
                                                       std::size_t length);

 private:
  FetchResult ask(Question question);
  std::variant<std::string, RegistryFailure> document(const Digest& digest);

  RegistryAccess access_;
  HttpTransport& transport_;
  NowFunction now_;
  RegistryMemory memory_;
};

}  // namespace freshet
