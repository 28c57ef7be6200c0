// One layer as a stream of tar entries, decompressed as it comes (libarchive: gzip, zstd, none).
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"

namespace freshet {

// The next bytes of a layer; "" at its end.
using NextBytes = std::function<Result<std::string>()>;

struct TarEntry {
  enum class Kind { kFile, kSymlink, kHardlink, kOther };
  std::string path;  // without a leading "./" or "/", nor a "/" behind
  Kind kind = Kind::kOther;
  std::string link;  // of a link: where it points to, as it stands
  std::int64_t size = 0;
  bool operator==(const TarEntry&) const = default;
};

// Bounds that several layers share: what is used is taken off.
struct ArchiveBudget {
  std::int64_t unpacked = 0;
  std::int64_t entries = 0;
};

// Looks at one entry; `content` reads it, refusing more than so many bytes. False: it has seen
// enough.
using ReadContent = std::function<Result<std::string>(std::size_t max_bytes)>;
using OnEntry = std::function<bool(const TarEntry& entry, const ReadContent& content)>;

// kRefused where a bound was met, kBadInput where it is no archive, else the error of `next`.
Status read_archive(const NextBytes& next, ArchiveBudget& budget, const OnEntry& on_entry);

}  // namespace freshet
