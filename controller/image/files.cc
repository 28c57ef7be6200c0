// Layers laid over one another, as far as the wanted files go.
#include "controller/image/files.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/text.h"
#include "controller/image/os_release.h"
#include "controller/image/packages.h"

namespace freshet {
namespace {

constexpr std::size_t kFirstChunk = 256 << 10;
constexpr std::size_t kLargestChunk = 4 << 20;
constexpr int kMaxLinks = 4;
constexpr std::string_view kOpaque = ".wh..wh..opq";
constexpr std::string_view kWhiteout = ".wh.";

const std::string kOsRelease = "etc/os-release";
const std::string kVendorOsRelease = "usr/lib/os-release";
const std::array<std::string, 2> kApkDatabases = {"lib/apk/db/installed",
                                                  "usr/lib/apk/db/installed"};
const std::string kDpkgDatabase = "var/lib/dpkg/status";
const std::string kDistrolessFolder = "var/lib/dpkg/status.d/";

std::string folder(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == path.npos ? "" : path.substr(0, slash + 1);
}

// Where a link at `path` points to, from the root of the image.
std::string target_of(const std::string& path, const TarEntry& entry) {
  const bool from_root = entry.kind == TarEntry::Kind::kHardlink || entry.link.starts_with("/");
  std::vector<std::string> parts;
  for (const std::string& part : split((from_root ? "" : folder(path)) + entry.link, '/')) {
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
  }
  return join(parts, "/");
}

class Overlay {
 public:
  explicit Overlay(const Wanted& wanted) : wanted_(wanted) {}

  // kRefused, with the path, where a wanted file is too long.
  Status add(const TarEntry& entry, const ReadContent& content) {
    const std::string in = folder(entry.path);
    const std::string name = entry.path.substr(in.size());
    if (name == kOpaque) {
      hides_.insert(in);
    } else if (name.starts_with(kWhiteout)) {
      hides_.insert(in + name.substr(kWhiteout.size()));
    } else if (entry.kind != TarEntry::Kind::kOther) {
      return take(entry, content);
    }
    return {};
  }

  // What this layer takes away is not there in those below.
  void end_layer() {
    for (const std::string& path : hides_) {
      if (concerns_wanted(path)) hidden_.insert(path);
    }
    hides_.clear();
  }

  // Nothing below could change what was found. Distroless' files are spread over all layers.
  bool is_done() const {
    const bool os =
        !wanted_.os_release || !resolve(kOsRelease).empty() || files_.contains(kVendorOsRelease);
    const bool packages = !wanted_.packages || files_.contains(kDpkgDatabase) ||
                          std::ranges::any_of(kApkDatabases, [this](const std::string& path) {
                            return files_.contains(path);
                          });
    return os && packages;
  }

  std::map<std::string, std::string> take_files() {
    if (const std::string text = resolve(kOsRelease); !text.empty()) files_[kOsRelease] = text;
    return std::move(files_);
  }

 private:
  Status take(const TarEntry& entry, const ReadContent& content) {
    const std::string& path = entry.path;
    const bool known = files_.contains(path) || links_.contains(path) || is_hidden(path);
    // A file in a folder's place takes away all that was in it.
    if (concerns_wanted(path)) hides_.insert(path);
    if (known || !is_wanted(path)) return {};
    if (entry.kind != TarEntry::Kind::kFile) {
      links_[path] = target_of(path, entry);
      return {};
    }
    const bool is_release = path == kOsRelease || path == kVendorOsRelease;
    auto text = content(is_release ? kMaxOsReleaseBytes : kMaxPackageDatabase - held_);
    if (!text) return text.error();
    held_ += is_release ? 0 : text->size();
    files_[path] = *std::move(text);
    return {};
  }

  bool is_wanted(const std::string& path) const {
    if (wanted_.os_release && (path == kOsRelease || path == kVendorOsRelease)) return true;
    if (!wanted_.packages) return false;
    if (path == kDpkgDatabase || std::ranges::find(kApkDatabases, path) != kApkDatabases.end()) {
      return true;
    }
    return path.starts_with(kDistrolessFolder) && !path.ends_with(".md5sums");
  }

  // Whether it is, holds, or is in one of the places where something is wanted.
  static bool concerns_wanted(const std::string& path) {
    const std::string inside = path.ends_with("/") ? path : path + "/";
    const auto holds = [&](const std::string& one) {
      return one == path || one.starts_with(inside);
    };
    return holds(kOsRelease) || holds(kVendorOsRelease) || holds(kDpkgDatabase) ||
           std::ranges::any_of(kApkDatabases, holds) || holds(kDistrolessFolder) ||
           path.starts_with(kDistrolessFolder);
  }

  bool is_hidden(const std::string& path) const {
    return std::ranges::any_of(hidden_, [&](const std::string& one) {
      return path == one || path.starts_with(one.ends_with("/") ? one : one + "/");
    });
  }

  std::string resolve(std::string path) const {
    for (int i = 0; i < kMaxLinks; ++i) {
      const auto file = files_.find(path);
      if (file != files_.end()) return file->second;
      const auto link = links_.find(path);
      if (link == links_.end()) return "";
      path = link->second;
    }
    return "";
  }

  const Wanted wanted_;
  std::map<std::string, std::string> files_;
  std::map<std::string, std::string> links_;
  std::set<std::string> hidden_;  // by layers above; "a/": what is in it
  std::set<std::string> hides_;   // by the present layer, of those below
  std::size_t held_ = 0;
};

std::string size_text(std::int64_t bytes) {
  constexpr std::int64_t kMebibyte = 1 << 20;
  if (bytes < kMebibyte) return with_thousands(bytes) + " bytes";
  return std::to_string((bytes + kMebibyte / 2) / kMebibyte) + " MiB";
}

// One layer's bytes from the first to the last, in chunks that grow: little where little is needed.
class LayerStream {
 public:
  LayerStream(const Layer& layer, const LayerSource& source, const ReadBounds& bounds,
              std::int64_t& bytes_read)
      : layer_(layer), source_(source), bounds_(bounds), bytes_read_(bytes_read) {}

  Result<std::string> next() {
    if (offset_ >= layer_.size) return std::string();
    const std::int64_t left = bounds_.bytes - bytes_read_;
    if (left <= 0) {
      return make_error(ErrorKind::kRefused, "beyond the bound of " + size_text(bounds_.bytes));
    }
    const auto length = static_cast<std::size_t>(
        std::min({static_cast<std::int64_t>(chunk_), layer_.size - offset_, left}));
    auto bytes = source_(layer_, offset_, length);
    if (!bytes) return bytes;
    if (bytes->empty() || bytes->size() > length) {
      return make_error(ErrorKind::kTransient, "the registry's answer has another length");
    }
    offset_ += static_cast<std::int64_t>(bytes->size());
    bytes_read_ += static_cast<std::int64_t>(bytes->size());
    chunk_ = std::min(chunk_ * 2, kLargestChunk);
    return bytes;
  }

 private:
  const Layer& layer_;
  const LayerSource& source_;
  const ReadBounds& bounds_;
  std::int64_t& bytes_read_;
  std::int64_t offset_ = 0;
  std::size_t chunk_ = kFirstChunk;
};

UnreadLayer left_out(const Layer& layer, const ReadBounds& bounds) {
  return {layer, is_tar(layer) ? "beyond the bound of " + size_text(bounds.bytes)
                               : "of type " + layer.media_type};
}

}  // namespace

ImageFiles read_image_files(const std::vector<Layer>& layers, const Wanted& wanted,
                            const LayerSource& source, const ReadBounds& bounds) {
  ImageFiles out;
  Overlay overlay(wanted);
  ArchiveBudget budget{bounds.unpacked, bounds.entries};
  std::vector<std::size_t> plan = layers_to_read(layers, bounds);
  std::size_t at = layers.size();  // of those above all that could be read was
  for (const std::size_t index : plan) {
    for (std::size_t above = at; above-- > index + 1;) {
      out.unread.push_back(left_out(layers[above], bounds));
    }
    at = index;
    LayerStream stream(layers[index], source, bounds, out.bytes_read);
    Status status;
    const Status read = read_archive([&] { return stream.next(); }, budget,
                                     [&](const TarEntry& entry, const ReadContent& content) {
                                       status = overlay.add(entry, content);
                                       return status && !overlay.is_done();
                                     });
    overlay.end_layer();
    if (!read || !status) {
      out.unread.push_back({layers[index], (!status ? status : read).error().message});
    } else {
      ++out.layers_read;
    }
    if (overlay.is_done()) break;
  }
  for (std::size_t below = at; !overlay.is_done() && below-- > 0;) {
    out.unread.push_back(left_out(layers[below], bounds));
  }
  out.files = overlay.take_files();
  return out;
}

std::string os_release_text(const ImageFiles& image) {
  for (const std::string& path : {kOsRelease, kVendorOsRelease}) {
    const auto file = image.files.find(path);
    if (file != image.files.end()) return file->second;
  }
  return "";
}

std::map<std::string, std::string> packages_of(const ImageFiles& image) {
  Packages all;
  for (const auto& [path, text] : image.files) {
    if (path == kOsRelease || path == kVendorOsRelease) continue;
    const bool is_apk = std::ranges::find(kApkDatabases, path) != kApkDatabases.end();
    all.merge(is_apk ? parse_apk_installed(text) : parse_dpkg_status(text));
  }
  return all;
}

std::string unread_text(const ImageFiles& image) {
  std::map<std::string, std::pair<int, std::int64_t>> by_reason;
  for (const UnreadLayer& one : image.unread) {
    auto& [count, bytes] = by_reason[one.why];
    ++count;
    bytes += one.layer.size;
  }
  std::vector<std::string> parts;
  for (const auto& [why, sum] : by_reason) {
    parts.push_back(std::to_string(sum.first) + (sum.first == 1 ? " layer of " : " layers of ") +
                    size_text(sum.second) + ": " + why);
  }
  return join(parts, "; ");
}

}  // namespace freshet
