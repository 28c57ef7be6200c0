// libarchive behind values: the one file that includes it.
#include "controller/image/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "base/text.h"

namespace freshet {
namespace {

struct FreeArchive {
  void operator()(archive* a) const { archive_read_free(a); }
};
using ArchivePtr = std::unique_ptr<archive, FreeArchive>;

Error too_much(const char* what) {
  return make_error(ErrorKind::kRefused,
                    std::string("it unpacks to more ") + what + " than may be read");
}

// What the callbacks of one archive share.
struct Reading {
  const NextBytes& next;
  std::int64_t unpacked;  // at most
  std::string chunk = {};
  std::optional<Error> error = {};
};

la_ssize_t read_more(archive* a, void* data, const void** bytes) {
  auto& reading = *static_cast<Reading*>(data);
  // Asked here as well: what an entry holds is passed over without a word.
  if (archive_filter_bytes(a, 0) > reading.unpacked) {
    reading.error = too_much("bytes");
    return ARCHIVE_FATAL;
  }
  auto more = reading.next();
  if (!more) {
    reading.error = more.error();
    return ARCHIVE_FATAL;
  }
  reading.chunk = *std::move(more);
  *bytes = reading.chunk.data();
  return static_cast<la_ssize_t>(reading.chunk.size());
}

std::string clean_path(const char* path) {
  std::string_view text = path == nullptr ? "" : path;
  while (text.starts_with("./") || text.starts_with("/"))
    text.remove_prefix(text[0] == '.' ? 2 : 1);
  while (text.ends_with("/")) text.remove_suffix(1);
  return std::string(text);
}

TarEntry entry_of(archive_entry* raw) {
  TarEntry entry;
  entry.path = clean_path(archive_entry_pathname(raw));
  entry.size = archive_entry_size(raw);
  if (const char* link = archive_entry_hardlink(raw)) {
    entry.kind = TarEntry::Kind::kHardlink;
    entry.link = link;
  } else if (const char* target = archive_entry_symlink(raw)) {
    entry.kind = TarEntry::Kind::kSymlink;
    entry.link = target;
  } else if (archive_entry_filetype(raw) == AE_IFREG) {
    entry.kind = TarEntry::Kind::kFile;
  }
  return entry;
}

Error archive_error(archive* a, const Reading& reading) {
  if (reading.error) return *reading.error;
  const char* text = archive_error_string(a);
  return bad_input("it cannot be unpacked: " + printable(text == nullptr ? "" : text));
}

Result<std::string> content_of(archive* a, const Reading& reading, const TarEntry& entry,
                               std::size_t max_bytes) {
  if (entry.size < 0 || static_cast<std::uint64_t>(entry.size) > max_bytes) {
    return make_error(ErrorKind::kRefused,
                      entry.path + " has " + with_thousands(entry.size) + " bytes; allowed: " +
                          with_thousands(static_cast<std::int64_t>(max_bytes)));
  }
  std::string out(static_cast<std::size_t>(entry.size), '\0');
  std::size_t filled = 0;
  while (filled < out.size()) {
    const auto got = archive_read_data(a, out.data() + filled, out.size() - filled);
    if (got < 0) return archive_error(a, reading);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  out.resize(filled);
  return out;
}

Status read_entries(archive* a, const Reading& reading, ArchiveBudget& budget,
                    const OnEntry& on_entry) {
  archive_entry* raw = nullptr;
  while (true) {
    const int got = archive_read_next_header(a, &raw);
    if (got == ARCHIVE_EOF) return {};
    if (got != ARCHIVE_OK && got != ARCHIVE_WARN) return archive_error(a, reading);
    if (--budget.entries < 0) return too_much("entries");
    const TarEntry entry = entry_of(raw);
    if (!on_entry(entry, [&](std::size_t max_bytes) {
          return content_of(a, reading, entry, max_bytes);
        })) {
      return {};
    }
    if (archive_filter_bytes(a, 0) + entry.size > reading.unpacked) return too_much("bytes");
  }
}

}  // namespace

Status read_archive(const NextBytes& next, ArchiveBudget& budget, const OnEntry& on_entry) {
  const ArchivePtr opened(archive_read_new());
  archive* a = opened.get();
  if (a == nullptr) return make_error(ErrorKind::kPermanent, "no memory to unpack");
  archive_read_support_filter_gzip(a);
  archive_read_support_filter_zstd(a);
  archive_read_support_format_tar(a);
  Reading reading{next, budget.unpacked};
  if (archive_read_open(a, &reading, nullptr, read_more, nullptr) != ARCHIVE_OK) {
    return archive_error(a, reading);
  }
  Status status = read_entries(a, reading, budget, on_entry);
  budget.unpacked -= std::min(budget.unpacked, std::int64_t{archive_filter_bytes(a, 0)});
  return status;
}

}  // namespace freshet
