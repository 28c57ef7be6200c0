// Files of an image, through its layers, and how much of these is read.
#include "controller/image/files.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/controller/image/tarball.h"

namespace freshet {
namespace {

constexpr const char* kGzipLayer = "application/vnd.oci.image.layer.v1.tar+gzip";

// An image in memory; counts what is read of it.
struct ImageBed {
  std::vector<Layer> layers;
  std::vector<std::string> blobs;
  ReadBounds bounds = {};

  void add(const std::vector<TarFile>& files, Packing packing = Packing::kGzip) {
    const std::string digits(64, static_cast<char>('a' + blobs.size()));
    blobs.push_back(make_tarball(files, packing));
    layers.push_back({*Digest::parse("sha256:" + digits), kGzipLayer,
                      static_cast<std::int64_t>(blobs.back().size())});
  }
  ImageFiles read(const Wanted& wanted) const {
    return read_image_files(
        layers, wanted,
        [this](const Layer& layer, std::int64_t offset, std::size_t length) -> Result<std::string> {
          for (std::size_t i = 0; i < layers.size(); ++i) {
            if (layers[i] == layer) {
              return blobs[i].substr(static_cast<std::size_t>(offset), length);
            }
          }
          return make_error(ErrorKind::kNotFound, "no such layer");
        },
        bounds);
  }
  std::string os_release() const { return os_release_text(read({.os_release = true})); }
};

std::string noise(std::size_t bytes) {
  std::mt19937 random(7);
  std::string out(bytes, ' ');
  for (char& c : out) c = static_cast<char>(random());
  return out;
}

const TarFile kLowRelease{"etc/os-release", "ID=low\n"};

TEST(ImageFiles, AreThoseOfTheTopmostLayerThatHasThem) {
  ImageBed bed;
  bed.add({kLowRelease});
  bed.add({{"etc/os-release", "ID=high\n"}});
  bed.add({{"srv/app", "x"}});
  EXPECT_EQ(bed.os_release(), "ID=high\n");
  EXPECT_EQ(bed.read({.os_release = true}).layers_read, 2u);
}

TEST(ImageFiles, FollowTheUsualLink) {
  ImageBed bed;
  bed.add({{"usr/lib/os-release", "ID=vendor\n"}, {"etc/os-release", "", "../usr/lib/os-release"}});
  EXPECT_EQ(bed.os_release(), "ID=vendor\n");
  ImageBed above;
  above.add({{"usr/lib/os-release", "ID=vendor\n"}});
  above.add({{"etc/os-release", "", "/usr/lib/os-release"}});
  EXPECT_EQ(above.os_release(), "ID=vendor\n");
}

TEST(ImageFiles, ALinkThatLeadsInCirclesIsNothing) {
  ImageBed bed;
  bed.add({{"etc/os-release", "", "../usr/lib/os-release"},
           {"usr/lib/os-release", "", "../../etc/os-release"}});
  EXPECT_EQ(bed.os_release(), "");
}

TEST(ImageFiles, ThatAnUpperLayerTakesAwayAreNotThere) {
  for (const TarFile& taking :
       {TarFile{"etc/.wh.os-release"}, TarFile{".wh.etc"}, TarFile{"etc/.wh..wh..opq"},
        TarFile{"etc", "a file in the folder's place"}}) {
    ImageBed bed;
    bed.add({kLowRelease});
    bed.add({taking});
    EXPECT_EQ(bed.os_release(), "") << taking.path;
  }
  ImageBed other;
  other.add({kLowRelease});
  other.add({{"etc/.wh.passwd"}, {"opt/.wh..wh..opq"}});
  EXPECT_EQ(other.os_release(), "ID=low\n");
}

TEST(ImageFiles, OfALayerAreNotTakenAwayByItsOwnWhiteouts) {
  ImageBed bed;
  bed.add({kLowRelease});
  bed.add({{"etc/.wh..wh..opq"}, {"etc/os-release", "ID=new\n"}});
  EXPECT_EQ(bed.os_release(), "ID=new\n");
}

TEST(ImageFiles, PackagesAreThoseOfAnyDatabase) {
  ImageBed apk;
  apk.add({{"usr/lib/apk/db/installed", "P:musl\nV:1\n\n"}}, Packing::kZstd);
  EXPECT_EQ(packages_of(apk.read({.packages = true})),
            (std::map<std::string, std::string>{{"musl", "1"}}));
  ImageBed dpkg;
  dpkg.add({{"var/lib/dpkg/status", "Package: a\nVersion: 1\n"}});
  dpkg.add({{"var/lib/dpkg/status", "Package: a\nVersion: 2\n"}});
  EXPECT_EQ(packages_of(dpkg.read({.packages = true})),
            (std::map<std::string, std::string>{{"a", "2"}}));
  ImageBed distroless;
  distroless.add({{"var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 12\n"}});
  distroless.add({{"var/lib/dpkg/status.d/libssl3", "Package: libssl3\nVersion: 3.0\n"},
                  {"var/lib/dpkg/status.d/libssl3.md5sums", "Package: no\nVersion: 1\n"}});
  EXPECT_EQ(packages_of(distroless.read({.packages = true})),
            (std::map<std::string, std::string>{{"base-files", "12"}, {"libssl3", "3.0"}}));
}

TEST(ImageFiles, OfAnApplicationOf200MebibytesNeedNoByteOfIt) {
  ImageBed bed;
  bed.add({kLowRelease, {"usr/bin/big", noise(3 << 20)}});
  bed.add({{"srv/app", "the application"}});
  bed.layers[1].size = 200 << 20;  // as its manifest says
  const ImageFiles read = bed.read({.os_release = true});
  EXPECT_EQ(os_release_text(read), "ID=low\n");
  EXPECT_EQ(read.bytes_read, 256 << 10);
  EXPECT_EQ(unread_text(read), "1 layer of 200 MiB: beyond the bound of 64 MiB");
}

TEST(ImageFiles, OfASingleLargeLayerAreReadNoFurtherThanTheBound) {
  ImageBed bed;
  bed.add({{"bin/large", noise(6 << 20)}, kLowRelease}, Packing::kNone);
  bed.bounds.bytes = 2 << 20;
  const ImageFiles read = bed.read({.os_release = true});
  EXPECT_EQ(os_release_text(read), "");
  EXPECT_EQ(read.bytes_read, 2 << 20);
  EXPECT_EQ(unread_text(read), "1 layer of 6 MiB: beyond the bound of 2 MiB");
  bed.bounds.bytes = 8 << 20;
  EXPECT_EQ(bed.os_release(), "ID=low\n");
}

TEST(ImageFiles, OfALayerThatCannotBeUnpackedAreSoughtInTheOthers) {
  ImageBed bed;
  bed.add({kLowRelease});
  bed.add({{"a", "b"}});
  bed.blobs[1] = std::string(bed.blobs[1].size(), '?');
  const ImageFiles read = bed.read({.os_release = true});
  EXPECT_EQ(os_release_text(read), "ID=low\n");
  ASSERT_EQ(read.unread.size(), 1u);
  EXPECT_TRUE(read.unread.front().why.starts_with("it cannot be unpacked: "))
      << read.unread.front().why;
}

TEST(ImageFiles, OfTheWrongLengthAreAnError) {
  ImageBed bed;
  bed.add({kLowRelease});
  bed.blobs[0] = "";
  EXPECT_EQ(unread_text(bed.read({.os_release = true})),
            "1 layer of " + std::to_string(bed.layers[0].size) +
                " bytes: the registry's answer has another length");
}

}  // namespace
}  // namespace freshet
