// Layers made by hand: tar archives, compressed as asked for.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <string>
#include <vector>

namespace freshet {

struct TarFile {
  std::string path;
  std::string content = {};
  std::string symlink = {};
  std::string hardlink = {};
};

enum class Packing { kNone, kGzip, kZstd };

inline std::string make_tarball(const std::vector<TarFile>& files, Packing packing) {
  std::string out;
  archive* a = archive_write_new();
  if (packing == Packing::kGzip) archive_write_add_filter_gzip(a);
  if (packing == Packing::kZstd) archive_write_add_filter_zstd(a);
  archive_write_set_format_pax_restricted(a);
  archive_write_set_bytes_in_last_block(a, 1);
  archive_write_open(
      a, &out, nullptr,
      [](archive*, void* to, const void* bytes, std::size_t size) {
        static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), size);
        return static_cast<la_ssize_t>(size);
      },
      nullptr);
  for (const TarFile& file : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, file.path.c_str());
    const bool is_folder = file.path.ends_with("/");
    archive_entry_set_filetype(entry, is_folder ? AE_IFDIR : AE_IFREG);
    if (!file.symlink.empty()) {
      archive_entry_set_filetype(entry, AE_IFLNK);
      archive_entry_set_symlink(entry, file.symlink.c_str());
    }
    if (!file.hardlink.empty()) archive_entry_set_hardlink(entry, file.hardlink.c_str());
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, static_cast<la_int64_t>(file.content.size()));
    archive_write_header(a, entry);
    archive_write_data(a, file.content.data(), file.content.size());
    archive_entry_free(entry);
  }
  archive_write_close(a);
  archive_write_free(a);
  return out;
}

}  // namespace freshet
