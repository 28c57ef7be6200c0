// A layer: whatever the bytes are, it ends within its bounds.
#include "controller/image/files.h"
#include "tests/fuzz/fuzz.h"

using namespace freshet;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(fuzz::text_of(data, size));
  const Layer layer{*Digest::parse("sha256:" + std::string(64, 'a')), "tar",
                    static_cast<std::int64_t>(size)};
  ReadBounds bounds;
  bounds.unpacked = 1 << 20;
  bounds.entries = 1000;
  const ImageFiles files = read_image_files(
      {layer}, {.os_release = true, .packages = true},
      [&](const Layer&, std::int64_t offset, std::size_t length) -> Result<std::string> {
        return bytes.substr(static_cast<std::size_t>(offset), length);
      },
      bounds);
  fuzz::require(files.bytes_read <= static_cast<std::int64_t>(size));
  (void)packages_of(files);
  (void)unread_text(files);
  return 0;
}
